// Options of deaggregation, checked.

import type { DeaggregateOptions, KinesisRecord, KplError as PublicError } from '../../index';
import { KplError } from '../error';
import { refuseUnknownOptions } from '../options';
import { type Place, placeOf } from './positions';

export interface Settings {
  verifyChecksum: boolean;
  strict: boolean;
  copy: boolean;
  onBroken: ((error: PublicError, record: KinesisRecord) => void) | undefined;
  /** Both or neither. */
  startingHashKey: string | undefined;
  endingHashKey: string | undefined;
  after: Place | undefined;
}

const KNOWN = ['verifyChecksum', 'strict', 'onBroken', 'hashKeyRange', 'after', 'copy'];

/** `signal`, which `stream.pipeline` passes to its generators, is ignored: the pipeline destroys the source. */
export const KNOWN_BESIDE_STREAMS = [...KNOWN, 'signal'];

export function settingsOf(options: DeaggregateOptions = {}, known: readonly string[] = KNOWN): Settings {
  refuseUnknownOptions(options, known);
  const { verifyChecksum = true, strict = false, copy = false, onBroken, hashKeyRange, after } = options;
  for (const [name, value] of Object.entries({ verifyChecksum, strict, copy })) {
    if (typeof value !== 'boolean') {
      throw new KplError('ERR_KPL_OPTION', `${name} must be a boolean, got ${typeof value}`);
    }
  }
  if (onBroken !== undefined && typeof onBroken !== 'function') {
    throw new KplError('ERR_KPL_OPTION', `onBroken must be a function, got ${typeof onBroken}`);
  }
  return {
    verifyChecksum,
    strict,
    copy,
    onBroken,
    ...rangeOf(hashKeyRange),
    after: after === undefined ? undefined : placeOf('after', after),
  };
}

function rangeOf(range: DeaggregateOptions['hashKeyRange']): Pick<Settings, 'startingHashKey' | 'endingHashKey'> {
  if (range === undefined) return { startingHashKey: undefined, endingHashKey: undefined };
  const { StartingHashKey, EndingHashKey } = range ?? {};
  if (typeof StartingHashKey !== 'string' || typeof EndingHashKey !== 'string') {
    throw new KplError('ERR_KPL_OPTION', 'hashKeyRange must have StartingHashKey and EndingHashKey, as Shard has them');
  }
  return { startingHashKey: StartingHashKey, endingHashKey: EndingHashKey };
}
