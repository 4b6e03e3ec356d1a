// @ts-nocheck
// Kinesis records through the native side: options checked, one call for all records, what is broken reported.

import { KplError } from '../error';
import native from '../native';
import { copyOf } from '../native/bytes';
import { fromNative } from '../native/thrown';
import { each, sourceOf } from './shapes';
import { AGGREGATED, HEADER_WORDS, NOT_AGGREGATED, OUTCOME, USER_RECORDS } from './table';

/** @typedef {import('../../index').DeaggregateOptions} DeaggregateOptions */
/** @typedef {import('../../index').KinesisRecord} KinesisRecord */
/** @typedef {import('./shapes').Source} Source */

/**
 * @typedef {object} Settings
 * @property {import('../native/addon').ReadOptions} native what the native side is asked for
 * @property {boolean} strict
 * @property {boolean} copy
 * @property {DeaggregateOptions['onBroken']} onBroken
 */

/**
 * @param {DeaggregateOptions | undefined} options
 * @param {boolean} [inspectData] whether the table shall tell where data is ASCII
 * @returns {Settings}
 */
function settingsOf(options = {}, inspectData = false) {
  if (options === null || typeof options !== 'object') {
    throw new KplError(
      'ERR_KPL_OPTION',
      `options must be an object, got ${options === null ? 'null' : typeof options}`,
    );
  }
  const { verifyChecksum = true, strict = false, copy = false, onBroken, hashKeyRange } = options;
  for (const [name, value] of Object.entries({ verifyChecksum, strict, copy })) {
    if (typeof value !== 'boolean') {
      throw new KplError('ERR_KPL_OPTION', `${name} must be a boolean, got ${typeof value}`);
    }
  }
  if (onBroken !== undefined && typeof onBroken !== 'function') {
    throw new KplError('ERR_KPL_OPTION', `onBroken must be a function, got ${typeof onBroken}`);
  }
  return { native: { verifyChecksum, inspectData, ...rangeOf(hashKeyRange) }, strict, copy, onBroken };
}

/** @param {DeaggregateOptions['hashKeyRange']} range */
function rangeOf(range) {
  // Own fields, also where there is nothing: the native side would find those of a polluted prototype.
  if (range === undefined) return { startingHashKey: undefined, endingHashKey: undefined };
  const { StartingHashKey, EndingHashKey } = range ?? {};
  if (typeof StartingHashKey !== 'string' || typeof EndingHashKey !== 'string') {
    throw new KplError('ERR_KPL_OPTION', 'hashKeyRange must have StartingHashKey and EndingHashKey, as Shard has them');
  }
  return { startingHashKey: StartingHashKey, endingHashKey: EndingHashKey };
}

/**
 * @param {KinesisRecord | Iterable<KinesisRecord>} records
 * @returns {Source[]}
 */
function sourcesOf(records) {
  const sources = [];
  for (const record of each(records)) sources.push(sourceOf(record, sources.length));
  return sources;
}

/**
 * @param {Uint8Array[]} payloads
 * @param {Settings} settings
 * @returns {Uint32Array}
 */
function read(payloads, settings) {
  try {
    return native.readRecords(payloads, settings.native);
  } catch (thrown) {
    throw fromNative(thrown);
  }
}

/**
 * The same off the event loop. Payloads that the caller could change meanwhile are copied before the call returns.
 *
 * @param {Source[]} sources
 * @param {Settings} settings
 * @returns {Promise<Uint32Array>}
 */
function readAsync(sources, settings) {
  const payloads = payloadsOf(sources);
  for (let index = 0; index < sources.length; index++) {
    const source = sources[index];
    if (!source.isOurs) payloads[index] = source.payload = copyOf(source.payload);
  }
  try {
    return native.readRecordsAsync(payloads, settings.native);
  } catch (thrown) {
    throw fromNative(thrown);
  }
}

/** @param {Source[]} sources */
function payloadsOf(sources) {
  sources.forEach(checkMemory);
  return sources.map(({ payload }) => payload);
}

/**
 * Refuses a record whose memory code of the caller's has taken away in the middle of the call: its bytes are lost, which
 * must not look like no bytes.
 *
 * @param {Source} source
 * @param {number} recordIndex
 */
function checkMemory({ payload, length }, recordIndex) {
  if (payload.length === length) return;
  const message = 'the memory of a Kinesis record was transferred or shrunk before it was read';
  throw new KplError('ERR_KPL_KINESIS_RECORD', message, { recordIndex });
}

/**
 * The error of a record that begins with the magic and is no aggregate; `undefined` for every other.
 *
 * @param {Uint32Array} table
 * @param {number} header
 * @param {number} recordIndex
 */
function brokenRecord(table, header, recordIndex) {
  const outcome = table[header + OUTCOME];
  if (outcome === AGGREGATED || outcome === NOT_AGGREGATED) return undefined;
  const { code, message, offset } = native.describeBrokenRecord(outcome, table[header + USER_RECORDS]);
  return new KplError(/** @type {import('../../index').KplErrorCode} */ (code), message, { recordIndex, offset });
}

/**
 * Tells the caller of each broken record; if the caller is strict, of the first, and throws its error then.
 *
 * @param {Source[]} sources
 * @param {Uint32Array} table
 * @param {Settings} settings
 */
function reportAllBroken(sources, table, settings) {
  if (!settings.strict && !settings.onBroken) return;
  for (let index = 0; index < sources.length; index++) {
    reportBroken(sources[index], table, index * HEADER_WORDS, settings, index);
  }
  sources.forEach(checkMemory);
}

/**
 * @param {Source} source
 * @param {Uint32Array} table
 * @param {number} header
 * @param {Settings} settings
 * @param {number} recordIndex
 */
function reportBroken(source, table, header, { strict, onBroken }, recordIndex) {
  if (!strict && !onBroken) return;
  const broken = brokenRecord(table, header, recordIndex);
  if (broken) onBroken?.(broken, source.record);
  if (broken && strict) throw broken;
  checkMemory(source, recordIndex);
}

export { brokenRecord, payloadsOf, read, readAsync, reportAllBroken, reportBroken, settingsOf, sourcesOf };
