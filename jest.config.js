'use strict';

const os = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // Jest leaves one processor free, which on a machine with two, as CI has, is every other one.
  maxWorkers: Math.max(2, os.availableParallelism() - 1),
  testMatch: ['<rootDir>/__test__/**/*.test.js', '!**/__test__/suites/**'],
  modulePathIgnorePatterns: ['<rootDir>/target/', '<rootDir>/.cache/'],
  setupFiles: ['<rootDir>/__test__/support/time-limit.js'],
  // What is tested is what is published. Only the few tests that reach into lib/ have its TypeScript translated.
  transform: { '/lib/.*\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }] },
  // A source names the addon as it lies beside dist/, into which it is bundled.
  moduleNameMapper: { '^\\.\\./prebuilds/(.*)$': '<rootDir>/prebuilds/$1' },
  testTimeout: 30_000,
};
