// Kinesis records through the core: one call for many, what is broken reported.

import type { KinesisRecord, KplErrorCode } from '../../index';
import { KplError } from '../error';
import { native } from '../native';
import type { ReadOptions } from '../native/addon';
import { copyOf, type Payload } from '../native/bytes';
import { fromNative } from '../native/thrown';
import type { Settings } from './options';
import { each, Source } from './source';
import { Outline } from './table';

/** The records of which something lies after `settings.after`. */
export function sourcesOf(records: KinesisRecord | Iterable<KinesisRecord>, { after, copy }: Settings): Source[] {
  const sources = [];
  let recordIndex = 0;
  for (const record of each(records)) {
    const source = new Source(record, recordIndex++);
    if (after !== undefined && !source.isAfter(after)) continue;
    source.hold(copy);
    sources.push(source);
  }
  return sources;
}

/**
 * Reads them together, into their outlines.
 *
 * @param inspectData whether the outlines shall tell where data is ASCII
 */
export function read(sources: Source[], settings: Settings, inspectData = false): void {
  const payloads = payloadsOf(sources);
  try {
    outline(sources, native.readRecords(payloads, partitionKeysOf(sources), readOptions(settings, inspectData)));
  } catch (thrown) {
    throw fromNative(thrown);
  }
}

/** The same off the event loop. Payloads that the caller could change meanwhile are copied before the call returns. */
export async function readAsync(sources: Source[], settings: Settings): Promise<void> {
  for (const source of sources) source.decode();
  payloadsOf(sources);
  for (const source of sources) if (!source.isOurs) source.payload = copyOf(source.payload);
  const payloads = sources.map(({ toBeRead }) => toBeRead);
  try {
    const options = readOptions(settings, false);
    outline(sources, await native.readRecordsAsync(payloads, partitionKeysOf(sources), options));
  } catch (thrown) {
    throw fromNative(thrown);
  }
}

function payloadsOf(sources: Source[]): Payload[] {
  // Only now, since reading the one may have run code of the caller's that took away the memory of another.
  for (const source of sources) source.checkMemory();
  return sources.map(({ toBeRead }) => toBeRead);
}

/** By which the core tells the explicit hash keys that a routing wrote. */
function partitionKeysOf(sources: Source[]): (string | null)[] {
  return sources.map(({ partitionKey }) => (typeof partitionKey === 'string' ? partitionKey : null));
}

function outline(sources: Source[], table: Uint32Array): void {
  sources.forEach((source, index) => {
    source.outline = new Outline(table, index);
  });
}

/** Own fields, also where there is nothing: the core would find those of a polluted prototype. */
function readOptions({ verifyChecksum, startingHashKey, endingHashKey }: Settings, inspectData: boolean): ReadOptions {
  return { verifyChecksum, inspectData, startingHashKey, endingHashKey };
}

/** The code of what is wrong with a record that begins with the magic and is not an aggregate; `undefined` for every other. */
export function codeOfBroken({ broken }: Outline): KplErrorCode | undefined {
  return broken && (native.codeOfBrokenRecord(broken.outcome) as KplErrorCode);
}

/** The error, with what can be known of the record. */
export function brokenRecord({ broken }: Outline, payload: Payload, recordIndex: number): KplError | undefined {
  if (broken === undefined) return undefined;
  const { code, message, offset } = native.describeBrokenRecord(broken.outcome, broken.position, payload);
  return new KplError(code as KplErrorCode, message, { recordIndex, offset });
}

/** Tells the caller of each broken record; if the caller is strict, of the first, and throws its error then. */
export function reportAllBroken(sources: Source[], settings: Settings): void {
  if (!settings.strict && !settings.onBroken) return;
  for (const source of sources) reportBroken(source, settings);
  for (const source of sources) source.checkMemory();
}

export function reportBroken(source: Source, { strict, onBroken }: Settings): void {
  if (!strict && !onBroken) return;
  // A broken record is one user record: if it is left out, it was told of when it was handed out.
  const broken = source.leftOut > 0 ? undefined : brokenRecord(source.outline, source.payload, source.recordIndex);
  if (broken) onBroken?.(broken, source.record);
  if (broken && strict) throw broken;
  source.checkMemory();
}
