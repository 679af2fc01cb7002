const globals = require('globals');
const jestPlugin = require('eslint-plugin-jest');
const lwcConfig = require('@salesforce/eslint-config-lwc');

const COMPONENTS = ['force-app/**/lwc/**/*.js', 'screen/modules/**/*.js'];
const TESTS = ['force-app/**/lwc/**/__tests__/**/*.js'];

module.exports = [
    { ignores: ['node_modules/**', 'coverage/**'] },
    { linterOptions: { reportUnusedDisableDirectives: 'error' } },
    ...lwcConfig.configs.recommended.map((config) => ({ files: COMPONENTS, ...config })),
    {
        files: TESTS,
        plugins: { jest: jestPlugin },
        rules: { ...jestPlugin.configs['flat/recommended'].rules },
        languageOptions: { globals: { ...globals.node, ...globals.jest } }
    },
    // This folder stands in for the platform, so it may do what components may not.
    {
        files: ['screen/**/*.mjs', 'screen/main.js'],
        languageOptions: { globals: { ...globals.node, ...globals.browser }, sourceType: 'module' }
    },
    {
        files: ['jest/**/*.js', '*.config.js'],
        languageOptions: { globals: { ...globals.node, ...globals.jest, ...globals.browser } }
    }
];
