// @ts-nocheck
// Options of aggregation, checked and given to the core.

import { KplError } from '../error';
import native from '../native';
import { fromNative } from '../native/thrown';

/** @typedef {import('../../index').AggregatorOptions} AggregatorOptions */
/** @typedef {import('../../index').Shard} Shard */

/**
 * All of them, always: one that is left out would be that of a polluted prototype.
 *
 * @typedef {object} Ways
 * @property {boolean} checkKeys whether keys that Kinesis would refuse are refused
 * @property {boolean} sealLater whether the MD5s of what closes are left to `sealAggregates`
 */

/** @type {Ways} */
const USUAL = { checkKeys: true, sealLater: false };

/**
 * @param {AggregatorOptions} [options]
 * @param {Ways} [ways]
 */
function openAggregator(options = {}, { checkKeys, sealLater } = USUAL) {
  if (options === null || typeof options !== 'object') {
    throw new KplError(
      'ERR_KPL_OPTION',
      `options must be an object, got ${options === null ? 'null' : typeof options}`,
    );
  }
  const { routing = 'pinned', wrapSingle } = options;
  if (wrapSingle !== undefined && typeof wrapSingle !== 'boolean') {
    throw new KplError('ERR_KPL_OPTION', `wrapSingle must be a boolean, got ${typeof wrapSingle}`);
  }
  const request = {
    ...requestRouting(routing),
    maxRecordBytes: wholeNumber('maxRecordBytes', options.maxRecordBytes),
    maxAggregateBytes: wholeNumber('maxAggregateBytes', options.maxAggregateBytes),
    maxUserRecords: wholeNumber('maxUserRecords', options.maxUserRecords),
    maxOpenAggregates: wholeNumber('maxOpenAggregates', options.maxOpenAggregates),
    wrapSingle,
    checkKeys,
    sealLater,
  };
  try {
    return new native.NativeAggregator(request);
  } catch (thrown) {
    throw fromNative(thrown);
  }
}

/** @param {NonNullable<AggregatorOptions['routing']>} routing */
function requestRouting(routing) {
  if (routing !== null && typeof routing === 'object') {
    const { lanes, shards } = routing;
    if (lanes !== undefined && shards !== undefined) {
      throw new KplError('ERR_KPL_OPTION', 'routing must have either lanes or shards, got both');
    }
    if (lanes !== undefined) {
      return { routing: 'lanes', lanes: wholeNumber('routing.lanes', lanes), shards: undefined };
    }
    if (shards !== undefined) return { routing: 'shards', lanes: undefined, shards: openShards(shards) };
  }
  // Own fields, also where there is nothing: the native side would find those of a polluted prototype.
  return { routing: typeof routing === 'string' ? routing : '', lanes: undefined, shards: undefined };
}

/**
 * First and last hash keys of the shards that are open, in turn: a closed shard has an ending sequence number.
 *
 * @param {readonly Shard[]} shards
 */
function openShards(shards) {
  if (!Array.isArray(shards)) {
    throw new KplError('ERR_KPL_SHARD_MAP', 'shards must be an array of Shard, as ListShards returns it');
  }
  const isOpen = (/** @type {Shard} */ shard) => shard?.SequenceNumberRange?.EndingSequenceNumber == null;
  return shards.filter(isOpen).flatMap((shard) => {
    const { StartingHashKey, EndingHashKey } = shard?.HashKeyRange ?? {};
    if (typeof StartingHashKey !== 'string' || typeof EndingHashKey !== 'string') {
      throw new KplError('ERR_KPL_SHARD_MAP', 'a shard has no HashKeyRange with StartingHashKey and EndingHashKey');
    }
    return [StartingHashKey, EndingHashKey];
  });
}

/**
 * @param {string} name
 * @param {number | undefined} value
 */
function wholeNumber(name, value) {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
  const kind = typeof value === 'number' ? String(value) : typeof value;
  throw new KplError('ERR_KPL_OPTION', `${name} must be a whole number, got ${kind}`);
}

export { openAggregator, openShards };
