// @ts-nocheck
// User records on their way into the core: laid end to end in memory of ours, in the layout that the core reads.

import { KplError } from '../error';
import { BYTES_PER_UNIT } from '../native/bytes';

/** Numbers in a row: units of the partition key, units of the explicit hash key plus one or 0, bytes of the data. */
const ROW = 3;
/** What a row can say. Kinesis takes hundreds of times less, so more may go for that many: it is refused either way. */
const MOST_BYTES = 0xffff_ffff;

/**
 * User records in rows. Writing to it runs no code of the caller's.
 *
 * Keys are put together as a string, which costs a third of writing each: the string is encoded when the core asks for
 * it. While all of it is ASCII, and that is nearly always, a UTF-16 unit is a byte.
 */
class Stage {
  #rows = new Uint32Array(ROW * 64);
  #keys = '';
  /** @type {Buffer} */
  #keyBytes = Buffer.allocUnsafeSlow(4096);
  /** @type {Buffer} */
  #data = Buffer.allocUnsafeSlow(16 * 1024);
  /** Where the first row stands in what the caller gave. */
  firstIndex = 0;
  count = 0;
  dataEnd = 0;

  clear() {
    this.#keys = '';
    this.count = 0;
    this.dataEnd = 0;
  }

  /** How much memory it holds, used or not. */
  get capacity() {
    return this.#rows.byteLength + this.#keyBytes.length + this.#data.length;
  }

  /** @param {import('./input').ReadUserRecord} record */
  push({ partitionKey, explicitHashKey, data, dataBytes }) {
    const written = typeof data === 'string' ? this.#writeText(data) : this.#writeBytes(data, dataBytes);
    this.dataEnd += written;
    this.pushRow(partitionKey, explicitHashKey, written);
  }

  /**
   * A record whose data is not written here.
   *
   * @param {string} partitionKey well-formed
   * @param {string | null} explicitHashKey
   * @param {number} dataBytes
   */
  pushRow(partitionKey, explicitHashKey, dataBytes) {
    const row = ROW * this.count;
    if (row === this.#rows.length) this.#growRows();
    this.#rows[row] = partitionKey.length;
    this.#keys += partitionKey;
    if (explicitHashKey === null) {
      this.#rows[row + 1] = 0;
    } else {
      this.#rows[row + 1] = explicitHashKey.length + 1;
      this.#keys += explicitHashKey;
    }
    this.#rows[row + 2] = Math.min(dataBytes, MOST_BYTES);
    this.count++;
  }

  /**
   * The rows as arguments of the native side.
   *
   * @returns {import('../native/addon').Layout}
   */
  layout() {
    this.#encodeKeys();
    return [this.#rows, this.count, this.#keyBytes, this.#data];
  }

  #encodeKeys() {
    const keys = this.#keys;
    if (this.#keyBytes.length < keys.length * BYTES_PER_UNIT) {
      this.#keyBytes = Buffer.allocUnsafeSlow(keys.length * BYTES_PER_UNIT);
    }
    if (this.#keyBytes.write(keys, 0, 'utf8') === keys.length) return;

    // Not all ASCII: each key's units become bytes.
    const bytes = this.#keyBytes;
    let from = 0;
    let end = 0;
    const encode = (/** @type {number} */ units) => {
      const written = bytes.write(keys.slice(from, from + units), end, 'utf8');
      from += units;
      end += written;
      return written;
    };
    for (let row = 0; row < ROW * this.count; row += ROW) {
      this.#rows[row] = encode(this.#rows[row]);
      if (this.#rows[row + 1] > 0) this.#rows[row + 1] = encode(this.#rows[row + 1] - 1) + 1;
    }
  }

  /**
   * @param {Uint8Array} data
   * @param {number} length as it was measured: another thread may have grown shared memory since
   */
  #writeBytes(data, length) {
    if (length > MOST_BYTES) {
      const message = `data has ${length} bytes, more than the maxRecordBytes of any stream`;
      throw new KplError('ERR_KPL_RECORD_TOO_LARGE', message, { recordIndex: this.firstIndex + this.count });
    }
    if (this.dataEnd + length > this.#data.length) this.#growData(length);
    this.#data.set(data, this.dataEnd);
    return length;
  }

  /** @param {string} data */
  #writeText(data) {
    const room = this.#data.length - this.dataEnd;
    // Only where the room may be too small is the exact length worth counting.
    if (data.length * BYTES_PER_UNIT > room) {
      const length = Buffer.byteLength(data, 'utf8');
      if (length > room) this.#growData(length);
    }
    return this.#data.write(data, this.dataEnd, 'utf8');
  }

  #growRows() {
    const larger = new Uint32Array(2 * this.#rows.length);
    larger.set(this.#rows);
    this.#rows = larger;
  }

  /** @param {number} needed */
  #growData(needed) {
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#data.length, this.dataEnd + needed));
    larger.set(this.#data.subarray(0, this.dataEnd));
    this.#data = larger;
  }
}

export { Stage };
