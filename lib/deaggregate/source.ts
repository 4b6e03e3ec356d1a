// One Kinesis record as the caller gave it, read once and checked.

import type { KinesisRecord } from '../../index';
import { KplError } from '../error';
import {
  byteLengthOf,
  bytesAsMeasured,
  bytesOf,
  bytesOfBase64,
  bytesOfJson,
  copyOf,
  isShared,
  keepTogether,
  type Payload,
  viewOf,
} from '../native/bytes';
import { compareSequenceNumbers, isSequenceNumber, isSubSequenceNumber, type Place } from './positions';
import { type Fields, type Shape, shapeOf } from './shapes';
import { Outline } from './table';

const NOTHING = Buffer.alloc(0) as Payload;

/** What is needed of a Kinesis record, wherever its shape keeps it. */
export class Source {
  readonly record: KinesisRecord;
  readonly recordIndex: number;
  readonly shape: Shape;
  readonly partitionKey: string | null;
  readonly sequenceNumber: string;
  /** As the record has it: a Date, a number, or the text that JSON makes of a Date. */
  readonly approximateArrivalTimestamp: unknown;
  /** It was taken apart before: it is one user record, whatever its bytes are, with what follows. */
  readonly isUserRecord: boolean;
  readonly explicitHashKey: string | null;
  readonly subSequenceNumber: number;
  readonly aggregated: boolean;
  /** User records with a sub-sequence number below it are left out. */
  leftOut = 0;
  payload: Payload = NOTHING;
  /** How many bytes there were when the record was read. */
  length = 0;
  /** Whether nobody else holds the payload's memory. */
  isOurs = true;
  /** Where everything is in the payload, once it was read. */
  outline = Outline.NONE;
  readonly #data: string | Uint8Array;
  #isKeptTogether = false;

  constructor(record: KinesisRecord, recordIndex: number) {
    if (record === null || typeof record !== 'object') throw notARecord(record, undefined, recordIndex);
    const shape = shapeOf(record);
    const fields = shape.read(record);
    const data = typeof fields.data === 'string' ? fields.data : (bytesOf(fields.data) ?? bytesOfJson(fields.data));
    if (data === undefined) throw notARecord(record, fields.data, recordIndex);
    this.record = record;
    this.recordIndex = recordIndex;
    this.shape = shape;
    this.#data = data;
    this.partitionKey = (fields.partitionKey ?? null) as string | null;
    this.sequenceNumber = sequenceNumberOf(fields, recordIndex);
    this.approximateArrivalTimestamp = fields.approximateArrivalTimestamp;
    const subSequenceNumber = subSequenceNumberOf(fields, recordIndex);
    this.aggregated = fields.aggregated === true;
    this.isUserRecord = this.aggregated || subSequenceNumber !== undefined;
    this.explicitHashKey = this.aggregated ? ((fields.explicitHashKey ?? null) as string | null) : null;
    this.subSequenceNumber = subSequenceNumber ?? 0;
  }

  /** Whether data came as bytes, not as base64. */
  get cameAsBytes(): boolean {
    return typeof this.#data !== 'string';
  }

  /** Whether something of it lies after `after`, as far as can be said before it is read. */
  isAfter(after: Place): boolean {
    if (!isSequenceNumber(this.sequenceNumber)) {
      const message = 'sequenceNumber must be a decimal without leading zeros, so that "after" can judge the record';
      throw new KplError('ERR_KPL_KINESIS_RECORD', message, { recordIndex: this.recordIndex });
    }
    const order = compareSequenceNumbers(this.sequenceNumber, after.sequenceNumber);
    if (order === 0) this.leftOut = after.subSequenceNumber + 1;
    if (order !== 0) return order > 0;
    if (!this.isUserRecord) return after.subSequenceNumber !== Number.POSITIVE_INFINITY;
    // It is the one user record whose number it brings.
    this.leftOut = 0;
    return this.subSequenceNumber > after.subSequenceNumber;
  }

  /** Takes hold of bytes: as they lie in the caller's memory, unless a copy is wanted. */
  hold(copy: boolean): void {
    const data = this.#data;
    if (typeof data === 'string') return;
    // Memory that another thread may change while it is read counts as nobody's until it is copied.
    this.isOurs = copy || isShared(data);
    this.payload = this.isOurs ? copyOf(bytesAsMeasured(data, byteLengthOf(data))) : viewOf(data);
    this.length = this.payload.length;
  }

  /** Decodes base64: late, so that the bytes are still in the processor's cache when they are hashed and read. */
  decode(): void {
    const data = this.#data;
    if (typeof data !== 'string') return;
    const payload = bytesOfBase64(data);
    if (payload === undefined) throw notBase64(this.recordIndex);
    this.payload = payload;
    this.length = payload.length;
  }

  /** Before views of an aggregate's payload are handed out. The caller's own memory stays the caller's to transfer. */
  keepTogether(): void {
    if (!this.isOurs || this.#isKeptTogether) return;
    this.#isKeptTogether = true;
    keepTogether(this.payload);
  }

  /** The first user record that is handed out, counted within the aggregate. */
  get first(): number {
    return Math.min(this.leftOut, this.end);
  }

  /** The user records are those before it: a record that is not aggregated is one. */
  get end(): number {
    return this.outline.isAggregate ? this.outline.userRecords : 1;
  }

  /** What the core is to read: nothing of a record that was taken apart before. */
  get toBeRead(): Payload {
    return this.isUserRecord ? NOTHING : this.payload;
  }

  /**
   * Refuses a record whose memory code of the caller's has taken away in the middle of the call: its bytes are lost, which
   * must not look like no bytes.
   */
  checkMemory(): void {
    if (this.payload.length === this.length) return;
    const message = 'the memory of a Kinesis record was transferred or shrunk before it was read';
    throw new KplError('ERR_KPL_KINESIS_RECORD', message, { recordIndex: this.recordIndex });
  }
}

/** A Kinesis record or any number of them. An object that can be iterated is taken for several, unless it is bytes. */
export function each(records: KinesisRecord | Iterable<KinesisRecord>, recordIndex?: number): Iterable<KinesisRecord> {
  if (records !== null && typeof records === 'object' && !ArrayBuffer.isView(records)) {
    return Symbol.iterator in records ? records : [records];
  }
  const kind = records === null ? 'null' : typeof records;
  const message = `records must be a Kinesis record or an iterable of them, got ${hintAt(records) ?? kind}`;
  throw new KplError('ERR_KPL_KINESIS_RECORD', message, { recordIndex });
}

function sequenceNumberOf({ sequenceNumber }: Fields, recordIndex: number): string {
  if (typeof sequenceNumber === 'string') return sequenceNumber;
  if (sequenceNumber === undefined || sequenceNumber === null) return '';
  if (typeof sequenceNumber === 'bigint') return String(sequenceNumber);
  const why = typeof sequenceNumber === 'number' ? 'a number, which has lost digits' : typeof sequenceNumber;
  throw new KplError('ERR_KPL_KINESIS_RECORD', `sequenceNumber must be a string, got ${why}`, { recordIndex });
}

/** `undefined` if the record brings none. Firehose writes a decimal string, or an empty one. */
function subSequenceNumberOf({ subSequenceNumber }: Fields, recordIndex: number): number | undefined {
  if (subSequenceNumber === undefined || subSequenceNumber === null || subSequenceNumber === '') return undefined;
  const number =
    typeof subSequenceNumber === 'string' && isSequenceNumber(subSequenceNumber)
      ? Number(subSequenceNumber)
      : subSequenceNumber;
  if (isSubSequenceNumber(number)) return number;
  const kind = typeof subSequenceNumber === 'number' ? String(subSequenceNumber) : typeof subSequenceNumber;
  const message = `the sub-sequence number must be an integer of 0 or more, got ${kind}`;
  throw new KplError('ERR_KPL_KINESIS_RECORD', message, { recordIndex });
}

function notARecord(record: unknown, data: unknown, recordIndex: number): KplError {
  const message =
    'not a Kinesis record: data must be base64 in a Lambda, Firehose or Analytics record, Data a Uint8Array in an SDK record';
  const hint = hintAt(record) ?? (data !== null && typeof data === 'object' ? PARSED : undefined);
  const text = hint === undefined ? message : `${message}: this is ${hint}`;
  return new KplError('ERR_KPL_KINESIS_RECORD', text, { recordIndex });
}

function notBase64(recordIndex: number): KplError {
  return new KplError('ERR_KPL_KINESIS_RECORD', `data must be base64: this is ${PARSED}`, { recordIndex });
}

const PARSED =
  "data that a parser or an event normalizer may have decoded before (middy's event normalizer, Powertools' schemas): deaggregate first";

/** What is often given for a record, and what to give for it. */
function hintAt(value: unknown): string | undefined {
  if (bytesOf(value) !== undefined || bytesOfJson(value) !== undefined) {
    return 'data without its record: pass { Data: bytes }';
  }
  if (typeof value === 'string') return 'a string: pass { data: base64 }';
  if (value === null || typeof value !== 'object') return undefined;
  if ('Records' in value && Array.isArray(value.Records)) return 'an event: pass its Records';
  if ('records' in value && Array.isArray(value.records)) return 'an event of Firehose or Analytics: pass its records';
  if ('SubscribeToShardEvent' in value) return 'an event of SubscribeToShard: pass its SubscribeToShardEvent.Records';
  if ('messageId' in value && 'body' in value) return 'an SQS record: pass what its body holds, by JSON.parse(body)';
  if (Symbol.asyncIterator in value)
    return 'an asynchronous iterable: iterDeaggregate and iterDeaggregateRecords take it';
  return undefined;
}
