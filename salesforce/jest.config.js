const { jestConfig } = require('@salesforce/sfdx-lwc-jest/config');

module.exports = {
    ...jestConfig,
    setupFiles: [...(jestConfig.setupFiles ?? []), '<rootDir>/jest/labels.js'],
    moduleNameMapper: {
        ...jestConfig.moduleNameMapper,
        // sfdx-lwc-jest has no stub for this module.
        '^lightning/actions$': '<rootDir>/jest/stubs/lightning/actions'
    },
    testPathIgnorePatterns: [...(jestConfig.testPathIgnorePatterns ?? []), '/node_modules/'],
    // Nothing waits in these tests; a busy machine is only slow.
    testTimeout: 60000,
    coverageThreshold: { global: { statements: 95, branches: 90, functions: 95, lines: 95 } }
};
