'use strict';

const { KplError } = require('../..');

/** What a call throws; fails if it throws nothing. */
function thrownBy(call) {
  try {
    call();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('nothing was thrown');
}

/** Expects the call to throw a KplError with this code, and gives it. */
function expectRefusal(call, code, position = {}) {
  const error = thrownBy(call);
  expect(error).toBeInstanceOf(KplError);
  expect(error).toMatchObject({ name: 'KplError', code, ...position });
  return error;
}

module.exports = { expectRefusal, thrownBy };
