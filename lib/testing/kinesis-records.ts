// User records as the Kinesis records that a stream would hold of them.

import type { AggregatedRecord, AggregatorOptions, UserRecordInput } from '../../index';
import type { KinesisRecordsOptions } from '../../testing';
import { aggregate, deaggregate, isAggregated, KplError } from '../index';

export interface StoredRecord {
  PartitionKey: string;
  Data: Buffer;
  SequenceNumber: string;
  arrivedAt: Date;
}

/** Those of the example events in AWS's documentation. */
const SEQUENCE_NUMBER = '49590338271490256608559692538361571095921575989136588898';
const ARRIVED_AT = 1_545_084_650_987;
const DECIMAL = /^(?:0|[1-9][0-9]*)$/;

export function storedRecords(
  userRecords: Iterable<UserRecordInput>,
  options: KinesisRecordsOptions = {},
): StoredRecord[] {
  checkObject(options);
  const { plain = false, broken = [], sequenceNumber = SEQUENCE_NUMBER, arrivedAt, ...aggregation } = options;
  if (typeof plain !== 'boolean' && typeof plain !== 'function') {
    throw refused(`plain must be a boolean or a function, got ${typeof plain}`);
  }
  if (typeof sequenceNumber !== 'string' || !DECIMAL.test(sequenceNumber)) {
    throw refused('sequenceNumber must be a decimal string without leading zeros');
  }
  const time = arrivedAt ?? new Date(ARRIVED_AT);
  if (!(time instanceof Date) || Number.isNaN(time.getTime())) throw refused('arrivedAt must be a valid Date');

  const records = entries([...userRecords], plain, aggregation).map(({ PartitionKey, Data }, index) => ({
    PartitionKey,
    Data,
    SequenceNumber: String(BigInt(sequenceNumber) + BigInt(index)),
    arrivedAt: new Date(time),
  }));
  for (const index of Array.isArray(broken) ? broken : [broken]) damage(records[index], index);
  return records;
}

type Entry = Pick<AggregatedRecord, 'PartitionKey' | 'Data'>;

function entries(
  userRecords: UserRecordInput[],
  plain: Exclude<KinesisRecordsOptions['plain'], undefined>,
  options: AggregatorOptions,
): Entry[] {
  const isPlain = typeof plain === 'function' ? plain : () => plain;
  const all: Entry[] = [];
  let open: UserRecordInput[] = [];
  userRecords.forEach((record, index) => {
    if (!isPlain(record, index)) {
      open.push(record);
      return;
    }
    all.push(...aggregate(open, options), alone(record));
    open = [];
  });
  return all.concat(aggregate(open, options));
}

/** The key and the bytes of a user record, whatever types they came in: what an aggregate of it would hand out. */
function alone(record: UserRecordInput): Entry {
  const [entry] = aggregate([record], { maxRecordBytes: 10_485_760 });
  const [only] = deaggregate({ ...(entry as AggregatedRecord), SequenceNumber: '' }, { copy: true });
  return { PartitionKey: only?.partitionKey ?? '', Data: only?.data ?? Buffer.alloc(0) };
}

/** Changes the last byte, which is one of the checksum. */
function damage(record: StoredRecord | undefined, index: number): void {
  if (typeof index !== 'number' || record === undefined || !isAggregated(record.Data)) {
    throw refused('broken must give positions of Kinesis records that are aggregated');
  }
  const last = record.Data.length - 1;
  record.Data.writeUInt8(record.Data.readUInt8(last) ^ 1, last);
}

export function checkObject(options: unknown): void {
  if (options === null || typeof options !== 'object') throw refused('options must be an object');
}

export function refused(message: string): KplError {
  return new KplError('ERR_KPL_OPTION', message);
}
