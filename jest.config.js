'use strict';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/__test__/**/*.test.js'],
  modulePathIgnorePatterns: ['<rootDir>/target/', '<rootDir>/.cache/'],
  setupFiles: ['<rootDir>/__test__/given/time-limit.js'],
  // CommonJS as Node runs it: what is tested is what is published.
  transform: {},
  testTimeout: 30_000,
};
