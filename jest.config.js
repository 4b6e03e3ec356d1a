'use strict';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/__test__/**/*.test.js', '!**/__test__/suites/**'],
  modulePathIgnorePatterns: ['<rootDir>/target/', '<rootDir>/.cache/'],
  setupFiles: ['<rootDir>/__test__/support/time-limit.js'],
  // CommonJS as Node runs it: what is tested is what is published.
  transform: {},
  // A source names the addon as it lies beside dist/, into which it is bundled.
  moduleNameMapper: { '^\\.\\./prebuilds/(.*)$': '<rootDir>/prebuilds/$1' },
  testTimeout: 30_000,
};
