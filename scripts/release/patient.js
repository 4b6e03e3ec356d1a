'use strict';

// Jest's environment on an emulated processor, which is some twenty times slower: the limits that single tests set themselves are
// put aside for the one of the command line.

const { TestEnvironment } = require('jest-environment-node');

module.exports = class Patient extends TestEnvironment {
  /** @type {import('@jest/environment').JestEnvironment['handleTestEvent']} */
  handleTestEvent(event) {
    if (event.name === 'test_start') event.test.timeout = undefined;
  }
};
