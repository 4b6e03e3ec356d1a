'use strict';

/** Every error of this package; made here, so that it belongs to the caller's realm. */
class KplError extends Error {
  /**
   * @param {import('../index').KplErrorCode} code
   * @param {string} message
   * @param {{ recordIndex?: number, offset?: number }} [position]
   */
  constructor(code, message, position) {
    super(message);
    this.name = 'KplError';
    this.code = code;
    if (position?.recordIndex !== undefined) this.recordIndex = position.recordIndex;
    if (position?.offset !== undefined) this.offset = position.offset;
  }
}

/**
 * What the native side threw, as an error of ours. It throws plain descriptions; anything else is a defect and stays as
 * it is.
 *
 * @param {any} thrown
 */
function fromNative(thrown) {
  return thrown instanceof Error || !thrown?.code ? thrown : new KplError(thrown.code, thrown.message, thrown);
}

module.exports = { KplError, fromNative };
