const globals = require('globals');
const jestPlugin = require('eslint-plugin-jest');
const lwcConfig = require('@salesforce/eslint-config-lwc');

const COMPONENTS = ['force-app/**/lwc/**/*.js'];
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
    {
        files: ['jest/**/*.js', '*.config.js'],
        languageOptions: { globals: { ...globals.node, ...globals.jest, ...globals.browser } }
    }
];
