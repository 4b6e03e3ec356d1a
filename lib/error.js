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
 * @param {number} [firstRecord] the index of the first record that it was given
 */
function fromNative(thrown, firstRecord = 0) {
  if (thrown instanceof Error || !thrown?.code) return thrown;
  const { code, message, recordIndex, offset } = thrown;
  return new KplError(code, message, {
    recordIndex: recordIndex === undefined ? undefined : firstRecord + recordIndex,
    offset,
  });
}

module.exports = { KplError, fromNative };
