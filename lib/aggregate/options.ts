// Options of aggregation, checked and given to the core.

import type { AggregatorOptions, Shard } from '../../index';
import { KplError } from '../error';
import { native } from '../native';
import type { AggregatorRequest, NativeAggregator } from '../native/addon';
import { fromNative } from '../native/thrown';
import { refuseUnknownOptions } from '../options';

const NAMES = [
  'routing',
  'maxRecordBytes',
  'maxAggregateBytes',
  'maxUserRecords',
  'maxOpenAggregates',
  'nested',
  'explicitHashKeys',
  'wrapSingle',
] as const satisfies readonly (keyof AggregatorOptions)[];

/**
 * What is asked of the core beside what a caller of the face can ask. All of it, always: what is left out would be that of a
 * polluted prototype.
 */
export interface InternalOptions {
  /** As the drop-in for the older package has it. */
  readonly dropIn: boolean;
  /** Closed aggregates leave when their MD5s cost the least, not as soon as each closes. */
  readonly handsOverTogether: boolean;
  /** Aggregates come with what they hold, and without MD5s: see tracked-aggregator.ts. */
  readonly tracks: boolean;
}

const USUAL: InternalOptions = { dropIn: false, handsOverTogether: false, tracks: false };
export const TOGETHER: InternalOptions = { ...USUAL, handsOverTogether: true };
export const DROP_IN: InternalOptions = { ...USUAL, dropIn: true };
export const TRACKED: InternalOptions = { ...USUAL, tracks: true };

export function openAggregator(options: AggregatorOptions = {}, internal = USUAL): NativeAggregator {
  const request = requestOf(options, internal);
  try {
    return new native.NativeAggregator(request);
  } catch (thrown) {
    throw fromNative(thrown);
  }
}

/** Whether explicit hash keys need not even be read. */
export function ignoresExplicitHashKeys({ explicitHashKeys }: AggregatorOptions = {}): boolean {
  return explicitHashKeys === 'ignore';
}

/** All fields, always: the native side would find one that is left out on a polluted prototype. */
function requestOf(options: AggregatorOptions, internal: InternalOptions): AggregatorRequest {
  refuseUnknownOptions(options, NAMES);
  const { routing = 'pinned', wrapSingle, nested = 'refuse', explicitHashKeys = 'keep' } = options;
  if (wrapSingle !== undefined && typeof wrapSingle !== 'boolean') {
    throw new KplError('ERR_KPL_OPTION', `wrapSingle must be a boolean, got ${typeof wrapSingle}`);
  }
  return {
    ...requestedRouting(routing),
    maxRecordBytes: wholeNumber('maxRecordBytes', options.maxRecordBytes),
    maxAggregateBytes: wholeNumber('maxAggregateBytes', options.maxAggregateBytes),
    maxUserRecords: wholeNumber('maxUserRecords', options.maxUserRecords),
    maxOpenAggregates: wholeNumber('maxOpenAggregates', options.maxOpenAggregates),
    wrapSingle,
    keepsNested: oneOf('nested', nested, ['refuse', 'keep']) === 'keep',
    ignoresExplicitHashKeys: oneOf('explicitHashKeys', explicitHashKeys, ['keep', 'ignore']) === 'ignore',
    ...internal,
  };
}

function requestedRouting(
  routing: NonNullable<AggregatorOptions['routing']>,
): Pick<AggregatorRequest, 'routing' | 'lanes' | 'shards'> {
  if (routing !== null && typeof routing === 'object') {
    refuseUnknownOptions(routing, ['lanes', 'shards'], 'field of routing');
    const { lanes, shards } = routing;
    if (lanes !== undefined && shards !== undefined) {
      throw new KplError('ERR_KPL_OPTION', 'routing must have either lanes or shards, got both');
    }
    if (lanes !== undefined) {
      return { routing: 'lanes', lanes: wholeNumber('routing.lanes', lanes), shards: undefined };
    }
    if (shards !== undefined) return { routing: 'shards', lanes: undefined, shards: openShards(shards) };
  }
  return { routing: typeof routing === 'string' ? routing : '', lanes: undefined, shards: undefined };
}

/** First and last hash keys of the shards that are open, in turn: a closed shard has an ending sequence number. */
export function openShards(shards: readonly Shard[]): string[] {
  if (!Array.isArray(shards)) {
    throw new KplError('ERR_KPL_SHARD_MAP', 'shards must be an array of Shard, as ListShards returns it');
  }
  const isOpen = (shard: Shard | null | undefined) => shard?.SequenceNumberRange?.EndingSequenceNumber == null;
  return (shards as readonly (Shard | null | undefined)[]).filter(isOpen).flatMap((shard) => {
    const { StartingHashKey, EndingHashKey } = shard?.HashKeyRange ?? {};
    if (typeof StartingHashKey !== 'string' || typeof EndingHashKey !== 'string') {
      throw new KplError('ERR_KPL_SHARD_MAP', 'a shard has no HashKeyRange with StartingHashKey and EndingHashKey');
    }
    return [StartingHashKey, EndingHashKey];
  });
}

function wholeNumber(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
  const kind = typeof value === 'number' ? String(value) : typeof value;
  throw new KplError('ERR_KPL_OPTION', `${name} must be a whole number, got ${kind}`);
}

function oneOf<Name extends string>(option: string, value: Name, names: readonly Name[]): Name {
  if (names.includes(value)) return value;
  const wanted = names.map((name) => `'${name}'`).join(' or ');
  const kind = typeof value === 'string' ? 'another string' : typeof value;
  throw new KplError('ERR_KPL_OPTION', `${option} must be ${wanted}, got ${kind}`);
}
