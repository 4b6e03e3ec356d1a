// What there is to say of one Kinesis record.

import type { KinesisRecord, KplErrorCode, UserRecord, UserRecordBatch } from '../../index';
import { deaggregate, decode } from '../index';
import { type Dissection, dissect, type Effort, isMagic, type Wrapping, wrappingOf } from './dissection';
import { HashKeys } from './hash-keys';
import { shardIdOf } from './input/records';
import { type HashKey, type Verdict, verdictOn } from './kcl';
import type { Shards } from './shards';

export interface Inspection {
  shardId: string | undefined;
  sequenceNumber: string;
  /** The Kinesis record's own. */
  partitionKey: string | null;
  bytes: number;
  aggregated: boolean;
  userRecords: number;
  /** How many different ones the user records have. */
  partitionKeys: number;
  hashKeys: number;
  checksum: 'right' | 'wrong' | undefined;
  kcl: Verdict;
  decodeError: KplErrorCode | undefined;
  /** Of a broken record. */
  dissection: Dissection | undefined;
  /** An aggregate that no KCL sees. */
  wrapping: Wrapping | undefined;
  /** User records that are aggregates themselves, which nobody takes apart. */
  nested: number;
  /** Every user record, as written; of a broken one those that can be read. */
  list(): Iterable<ListedUserRecord>;
}

export interface ListedUserRecord {
  /** Where it begins, if it was read past damage. */
  offset: number | undefined;
  partitionKey: string | null | undefined;
  explicitHashKey: string | null | undefined;
  hashKey: HashKey;
  data: Buffer;
}

/** Broken, or something in it is sure not to reach a consumer as what it is. */
export function isFinding({ decodeError, wrapping, kcl }: Inspection): boolean {
  return decodeError !== undefined || wrapping !== undefined || kcl.lost > 0;
}

/** @throws KplError if it is not a Kinesis record */
export function inspection(record: KinesisRecord, shards: Shards, effort: Effort): Inspection {
  const [lying] = deaggregate([asItLies(record)]);
  if (lying === undefined) throw new Error('a record that was taken apart before is one user record');
  const { data, sequenceNumber, partitionKey } = lying;
  const shardId = shardIdOf(record);
  const common = { shardId, sequenceNumber, partitionKey, bytes: data.length };
  if (wasTakenApart(record)) return { ...common, ...ofPlain(lying, 'kept: it was taken apart before') };
  if (!isMagic(data)) {
    const wrapping = wrappingOf(data);
    const says = `passed through: not aggregated${wrapping ? `, but ${wrapping.says}` : ''}`;
    return { ...common, ...ofPlain(lying, says, wrapping) };
  }
  const shard = shards.of(shardId);
  const judge = (hashKeys: readonly HashKey[]) => verdictOn(hashKeys, shard, shards.all);
  // Without its partition key: keys are shown as they are written.
  const batch = decode({ Data: data, SequenceNumber: sequenceNumber });
  const decodeError = batch.length === 1 && !batch.aggregated(0) ? batch.toArray()[0]?.decodeError : undefined;
  if (decodeError === undefined) return { ...common, ...ofAggregate(batch, judge) };
  return { ...common, ...ofBroken(decodeError, dissect(data, effort), judge) };
}

type Judge = (hashKeys: readonly HashKey[]) => Verdict;
type Own = Omit<Inspection, 'shardId' | 'sequenceNumber' | 'partitionKey' | 'bytes'>;

function ofPlain({ data, partitionKey, explicitHashKey }: UserRecord, says: string, wrapping?: Wrapping): Own {
  return {
    aggregated: false,
    userRecords: 1,
    partitionKeys: 1,
    hashKeys: 1,
    checksum: undefined,
    kcl: { says, lost: 0 },
    decodeError: undefined,
    dissection: undefined,
    wrapping,
    nested: 0,
    list: () => {
      const hashKey = new HashKeys().of(partitionKey, explicitHashKey);
      return [{ offset: undefined, partitionKey, explicitHashKey, hashKey, data }];
    },
  };
}

function ofAggregate(batch: UserRecordBatch, judge: Judge): Own {
  const known = new HashKeys();
  const partitionKeys = new Set<string | null>();
  const hashKeys: HashKey[] = [];
  let nested = 0;
  for (let i = 0; i < batch.length; i++) {
    partitionKeys.add(batch.partitionKey(i));
    hashKeys.push(known.of(batch.partitionKey(i), batch.explicitHashKey(i)));
    if (isMagic(batch.data(i))) nested++;
  }
  return {
    aggregated: true,
    userRecords: batch.length,
    partitionKeys: partitionKeys.size,
    hashKeys: new Set(hashKeys).size,
    checksum: 'right',
    kcl: judge(hashKeys),
    decodeError: undefined,
    dissection: undefined,
    wrapping: undefined,
    nested,
    *list() {
      for (let i = 0; i < batch.length; i++) {
        yield {
          offset: undefined,
          partitionKey: batch.partitionKey(i),
          explicitHashKey: batch.explicitHashKey(i),
          hashKey: hashKeys[i] as HashKey,
          data: batch.data(i),
        };
      }
    },
  };
}

function ofBroken(decodeError: KplErrorCode, dissection: Dissection, judge: Judge): Own {
  const known = new HashKeys();
  const { userRecords, written, computed, damage } = dissection;
  const hashKeys = userRecords.map(({ partitionKey, explicitHashKey }) => known.of(partitionKey, explicitHashKey));
  const whyPassed = decodeError === 'ERR_KPL_CHECKSUM' ? 'the checksum is wrong' : 'the message is malformed';
  return {
    aggregated: false,
    userRecords: userRecords.length,
    partitionKeys: new Set(userRecords.map(({ partitionKey }) => partitionKey)).size,
    hashKeys: new Set(hashKeys).size,
    checksum: written === computed ? 'right' : 'wrong',
    kcl: decodeError === 'ERR_KPL_INDEX' ? judge(hashKeys) : { says: `passed through: ${whyPassed}`, lost: 0 },
    decodeError,
    dissection,
    wrapping: undefined,
    nested: damage.kind === 'nested' ? 1 : 0,
    *list() {
      for (const [i, { offset, partitionKey, explicitHashKey, data }] of userRecords.entries()) {
        yield { offset, partitionKey, explicitHashKey, hashKey: hashKeys[i] as HashKey, data };
      }
    },
  };
}

/** The places where a record may say that it was taken apart before, each with the fields that do. */
interface AnyShape extends Marks {
  kinesis?: Marks | null;
  kinesisRecordMetadata?: Marks | null;
  kinesisStreamRecordMetadata?: Marks | null;
  recordId?: unknown;
  Data?: unknown;
}

interface Marks {
  aggregated?: unknown;
  Aggregated?: unknown;
  subSequenceNumber?: unknown;
  SubSequenceNumber?: unknown;
  subsequenceNumber?: unknown;
}

/** The record marked as one that was taken apart before: the package then hands out its bytes as they are. */
function asItLies(record: KinesisRecord): KinesisRecord {
  if (record === null || typeof record !== 'object') return record;
  const given = record as AnyShape;
  const marked: AnyShape = { ...given, aggregated: true, Aggregated: true };
  const { kinesis, kinesisRecordMetadata, kinesisStreamRecordMetadata } = given;
  if (kinesis != null) marked.kinesis = { ...kinesis, aggregated: true };
  else if (kinesisStreamRecordMetadata != null) {
    marked.kinesisStreamRecordMetadata = { ...kinesisStreamRecordMetadata, aggregated: true };
  } else if (given.recordId != null) marked.kinesisRecordMetadata = { ...kinesisRecordMetadata, aggregated: true };
  return marked as KinesisRecord;
}

/** Whether the package hands it out as the user record that it says it is. */
function wasTakenApart(record: KinesisRecord): boolean {
  const given = record as AnyShape;
  return isMarked(given.kinesis ?? given.kinesisRecordMetadata ?? given.kinesisStreamRecordMetadata ?? given);
}

function isMarked({ aggregated, Aggregated, subSequenceNumber, SubSequenceNumber, subsequenceNumber }: Marks): boolean {
  const number = subSequenceNumber ?? SubSequenceNumber ?? subsequenceNumber ?? '';
  return aggregated === true || Aggregated === true || number !== '';
}
