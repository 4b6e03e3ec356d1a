// The shapes in which Kinesis records reach a Node program, told apart by their fields: one table of them, each with its
// test, its reader and its writer.

import type { KinesisRecord } from '../../index';

/** What is needed of a Kinesis record, as its shape holds it and nobody has looked at it yet. */
export interface Fields {
  data?: unknown;
  partitionKey?: unknown;
  sequenceNumber?: unknown;
  approximateArrivalTimestamp?: unknown;
  /** What deaggregation adds, see `DeaggregatedFields`. */
  explicitHashKey?: unknown;
  subSequenceNumber?: unknown;
  aggregated?: unknown;
}

/** What the two services that transform records keep apart. */
interface Metadata extends Fields {
  /** Firehose's own, with a small n. */
  subsequenceNumber?: unknown;
}

/** What a caller gave: any of these fields may be there, of any type. */
interface Given extends Fields {
  kinesis?: Fields | undefined;
  Data?: unknown;
  PartitionKey?: unknown;
  SequenceNumber?: unknown;
  ApproximateArrivalTimestamp?: unknown;
  ExplicitHashKey?: unknown;
  SubSequenceNumber?: unknown;
  Aggregated?: unknown;
  recordId?: unknown;
  kinesisRecordMetadata?: Metadata | undefined;
  kinesisStreamRecordMetadata?: Metadata | undefined;
}

/** What is set on a record that is a user record. The names are those of the Python module `aws_kinesis_agg.deaggregator`. */
export interface FieldsOfUserRecord {
  partitionKey: string;
  explicitHashKey: string | null;
  subSequenceNumber: number;
  aggregated: true;
}

export interface Shape {
  is(record: Given): boolean;
  read(record: Given): Fields;
  /** A record like `record` that is a user record of it, with its data as bytes or base64. */
  write(record: Given, fields: FieldsOfUserRecord, data: Buffer | string): KinesisRecord;
}

/** A record of a Lambda event. */
const LAMBDA: Shape = {
  is: (record) => record.kinesis != null,
  read: (record) => record.kinesis as Fields,
  write: (record, fields, data) => ({ ...record, kinesis: withFields(record.kinesis as Fields, fields, data) }),
};

/** GetRecords and SubscribeToShard; the AWS CLI prints them with base64. */
const SDK: Shape = {
  is: (record) => record.Data !== undefined,
  read: (record) => ({
    data: record.Data,
    partitionKey: record.PartitionKey,
    sequenceNumber: record.SequenceNumber,
    approximateArrivalTimestamp: record.ApproximateArrivalTimestamp,
    explicitHashKey: record.ExplicitHashKey,
    subSequenceNumber: record.SubSequenceNumber,
    aggregated: record.Aggregated,
  }),
  write: (record, { partitionKey, explicitHashKey, subSequenceNumber }, Data) => ({
    ...(record as { SequenceNumber: string }),
    Data,
    PartitionKey: partitionKey,
    ExplicitHashKey: explicitHashKey,
    SubSequenceNumber: subSequenceNumber,
    Aggregated: true,
  }),
};

/** A record that Firehose gives to a transformation; it has no metadata where it came by Direct PUT. */
const FIREHOSE: Shape = withMetadata('kinesisRecordMetadata', {
  is: (record) => record.kinesisRecordMetadata != null,
});

/** A record that Kinesis Analytics for SQL gives to a preprocessing. */
const ANALYTICS: Shape = withMetadata('kinesisStreamRecordMetadata', {
  is: (record) => record.kinesisStreamRecordMetadata != null,
});

const DIRECT_PUT: Shape = withMetadata('kinesisRecordMetadata', {
  is: (record) => record.recordId != null && record.sequenceNumber == null,
});

/** The `kinesis` part of a Lambda record alone; EventBridge Pipes and the multi-language KCL add to it. */
const PAYLOAD: Shape = {
  is: () => true,
  read: (record) => record,
  write: withFields,
};

/** In the order in which they are asked. */
const SHAPES = [LAMBDA, SDK, FIREHOSE, ANALYTICS, DIRECT_PUT];

export function shapeOf(record: object): Shape {
  for (const shape of SHAPES) if (shape.is(record)) return shape;
  return PAYLOAD;
}

/** A shape that keeps the stream's fields apart, under `name`. */
function withMetadata(name: 'kinesisRecordMetadata' | 'kinesisStreamRecordMetadata', { is }: Pick<Shape, 'is'>): Shape {
  return {
    is,
    read(record) {
      const metadata: Metadata = record[name] ?? {};
      return {
        data: record.data,
        partitionKey: metadata.partitionKey,
        sequenceNumber: metadata.sequenceNumber,
        // Firehose repeats its own in the metadata, Kinesis Analytics has it only there.
        approximateArrivalTimestamp: record.approximateArrivalTimestamp ?? metadata.approximateArrivalTimestamp,
        explicitHashKey: metadata.explicitHashKey,
        // Ours, then Firehose's own with a small n, which is empty where there is none.
        subSequenceNumber: metadata.subSequenceNumber ?? metadata.subsequenceNumber,
        aggregated: metadata.aggregated,
      };
    },
    write: (record, fields, data) => ({
      ...(record as { recordId: string }),
      data: data as string,
      [name]: { ...record[name], ...fields },
    }),
  };
}

function withFields(payload: Given, fields: FieldsOfUserRecord, data: Buffer | string) {
  return { ...(payload as { sequenceNumber: string }), data: data as string, ...fields };
}
