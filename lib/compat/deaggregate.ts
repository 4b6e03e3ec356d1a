// `deaggregate` and `deaggregateSync` of aws-kinesis-agg 4.2.8: one Kinesis record in, callbacks out.

import { Base64Texts } from '../deaggregate/base64';
import { brokenRecord } from '../deaggregate/read';
import { Outline } from '../deaggregate/table';
import { native } from '../native';
import { bytesOf, copyOf, decodeBase64, isShared, type Payload, viewOf } from '../native/bytes';
import { readSpelling, type Spelling } from './spelling';

/** Own fields, also where there is nothing: the core would find those of a polluted prototype. */
const READ_OPTIONS = {
  verifyChecksum: false,
  inspectData: false,
  startingHashKey: undefined,
  endingHashKey: undefined,
};

/** What comes out is strings, so that the bytes of one record may lie where those of the next will. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024) as Buffer as Payload;
/** A scratch that one record has made larger than this is not kept. */
const MAX_SCRATCH_BYTES = 2 * 1024 * 1024;

export function deaggregateSync(
  kinesisRecord: object,
  computeChecksums: unknown,
  afterRecordCallback: (err: Error | undefined, userRecords: object[]) => void,
): void {
  const { userRecords, error } = deaggregated(kinesisRecord, computeChecksums);
  afterRecordCallback(error, userRecords);
}

export function deaggregate(
  kinesisRecord: object,
  computeChecksums: unknown,
  perRecordCallback: (err: null, userRecord: object) => void,
  afterRecordCallback: (err?: unknown, errorUserRecord?: object) => void,
): void {
  const { userRecords, error, failed } = deaggregated(kinesisRecord, computeChecksums);
  for (const [subSequenceNumber, userRecord] of userRecords.entries()) {
    try {
      perRecordCallback(null, userRecord);
    } catch (thrown) {
      if (!failed) throw thrown;
      afterRecordCallback(thrown, failed(subSequenceNumber));
    }
  }
  if (error) afterRecordCallback(error);
  else afterRecordCallback();
}

interface Deaggregated {
  userRecords: object[];
  /** What `afterRecordCallback` hears at the end. */
  error?: Error | undefined;
  /** What it hears of a user record on which `perRecordCallback` threw; only for those of an aggregate. */
  failed?: (subSequenceNumber: number) => object;
}

/**
 * What begins with the magic number and is not an aggregate comes out as it is, as from the KCL; the older package reported
 * an error for most of it and swallowed the rest. An aggregate with an index that points nowhere comes out as it is too.
 */
function deaggregated(kinesisRecord: object, computeChecksums: unknown): Deaggregated {
  const { fields, spelling } = readSpelling(kinesisRecord);
  const { partitionKey, explicitPartitionKey, sequenceNumber, data } = fields;
  const payload = payloadOf(data);
  const outline = new Outline(native.readRecords([payload], [], READ_OPTIONS), 0);
  const broken = brokenRecord(outline, payload, 0);
  const asItIs = (error?: Error) => ({ userRecords: [spelling.whole(fields)], error });

  const isAggregate = outline.isAggregate || broken?.code === 'ERR_KPL_INDEX';
  if (!isAggregate) return asItIs();
  // Text after the magic number can be read as a message of nothing: then only the checksum tells.
  const isEmpty = !broken && outline.userRecords === 0;
  if ((computeChecksums === true || isEmpty) && !native.isAggregated(payload)) {
    return isEmpty ? asItIs() : { userRecords: [], error: new Error('Invalid record checksum') };
  }
  if (broken) return asItIs(broken);
  return {
    userRecords: userRecordsOf(payload, outline, sequenceNumber, spelling),
    failed: (subSequenceNumber) =>
      new spelling.UserRecord(partitionKey, explicitPartitionKey, sequenceNumber, subSequenceNumber, data),
  };
}

/** Bytes as the older package takes them: base64, bytes, or whatever else `Buffer.from` does not refuse. */
function payloadOf(data: unknown): Payload {
  if (typeof data === 'string') return decodedInScratch(data);
  const bytes = bytesOf(data);
  if (bytes === undefined) return Buffer.from(data as string, 'base64') as Buffer as Payload;
  return isShared(bytes) ? copyOf(bytes) : viewOf(bytes);
}

function decodedInScratch(base64: string): Payload {
  if (base64.length > scratch.length) {
    if (base64.length > MAX_SCRATCH_BYTES) return decodeBase64(base64);
    scratch = Buffer.allocUnsafeSlow(2 * base64.length) as Buffer as Payload;
  }
  return scratch.subarray(0, scratch.write(base64, 0, 'base64')) as Buffer as Payload;
}

function userRecordsOf(payload: Payload, outline: Outline, sequenceNumber: unknown, spelling: Spelling): object[] {
  const { UserRecord } = spelling;
  const keys = outline.keys(payload);
  const texts = new Base64Texts(payload, outline, 0, outline.userRecords);
  const userRecords: object[] = [];
  for (let subSequenceNumber = 0; subSequenceNumber < outline.userRecords; subSequenceNumber++) {
    userRecords.push(
      new UserRecord(
        outline.partitionKey(subSequenceNumber, keys),
        outline.explicitHashKey(subSequenceNumber, keys) ?? undefined,
        sequenceNumber,
        subSequenceNumber,
        texts.next(),
      ),
    );
  }
  return userRecords;
}
