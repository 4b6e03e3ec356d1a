// The Kinesis records in what was read, each with its place, so that a message can name it.

import type { KinesisRecord } from '../../../index';
import type { Item } from './item';
import { type InputFormat, itemsOf, type Source } from './sources';

export interface Place {
  input: string;
  /** How many records the input has up to this one. */
  record: number;
  /** On which it begins. */
  line: number;
}

export type Read = { place: Place } & (
  | { record: KinesisRecord; message?: never }
  | { record?: never; message: string }
);

/** Whatever is in the sources, in order; what cannot be read has a message in its place. */
export async function* recordsOf(
  sources: readonly Source[],
  format: InputFormat | undefined,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Read> {
  for (const source of sources) {
    const place: Place = { input: source.name, record: 0, line: 1 };
    try {
      for await (const item of itemsOf(source, format, onBytes)) {
        for (const found of recordsIn(item)) {
          place.record++;
          yield { ...found, place: { ...place, line: item.line } };
        }
      }
    } catch (error) {
      // The input itself: no permission, gzip that is damaged.
      yield {
        message: `the input cannot be read on: ${(error as Error).message}`,
        place: { ...place, record: place.record + 1 },
      };
    }
  }
}

function recordsIn(item: Item): Iterable<{ record: KinesisRecord } | { message: string }> {
  if (item.kind === 'unreadable') return [item];
  if (item.kind === 'bytes') return [{ record: { Data: item.data } as KinesisRecord }];
  const value = parsed(item.text.toString());
  if (value === undefined) return [{ message: 'not JSON' }];
  return recordsOfValue(value).map((record) => ({ record }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Its message shows the text, which is nobody's business.
    return undefined;
  }
}

/** No service wraps records more often. */
const DEEPEST = 8;

/** Whatever stands around the records: an event, an answer, an event of SubscribeToShard, what Lambda writes to S3 of a failed batch. */
function recordsOfValue(value: unknown, depth = 0): KinesisRecord[] {
  const within = (inner: unknown) => recordsOfValue(inner, depth + 1);
  if (typeof value === 'string' && depth < DEEPEST) return recordsOfText(value, depth);
  if (value === null || typeof value !== 'object' || depth >= DEEPEST) return [value as KinesisRecord];
  if (Array.isArray(value)) return value.flatMap(within);
  const { Records, records, SubscribeToShardEvent, payload, text } = value as { [name: string]: unknown };
  for (const several of [Records, records]) if (Array.isArray(several)) return several.flatMap(within);
  for (const around of [SubscribeToShardEvent, payload]) {
    if (typeof around === 'object' ? around !== null : typeof around === 'string') return within(around);
  }
  // A line of `cat --json`.
  if (typeof text === 'string') return [{ ...value, data: Buffer.from(text).toString('base64') } as KinesisRecord];
  return [value as KinesisRecord];
}

/** Data alone, in base64, or JSON within JSON. */
function recordsOfText(text: string, depth: number): KinesisRecord[] {
  const value = /^\s*[[{]/.test(text) ? parsed(text) : undefined;
  return value === undefined ? [{ Data: text } as KinesisRecord] : recordsOfValue(value, depth + 1);
}

/** The shard that a record names, if its shape has room for it. */
export function shardIdOf(record: KinesisRecord): string | undefined {
  const { eventID, kinesisRecordMetadata, kinesisStreamRecordMetadata, shardId } = record as {
    eventID?: unknown;
    shardId?: unknown;
    kinesisRecordMetadata?: { shardId?: unknown };
    kinesisStreamRecordMetadata?: { shardId?: unknown };
  };
  if (typeof eventID === 'string') return /^(shardId-[^:]+):/.exec(eventID)?.[1];
  const named = kinesisRecordMetadata?.shardId ?? kinesisStreamRecordMetadata?.shardId ?? shardId;
  return typeof named === 'string' ? named : undefined;
}
