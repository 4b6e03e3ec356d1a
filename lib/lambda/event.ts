// What an event is: records of a Kinesis stream, by an event source mapping or by EventBridge Pipes. All of it is checked
// before the first handler runs, for afterwards there is no rejecting any more.

import type { LambdaRecordPayload } from '../../index';
import type { EventRecord, KinesisEvent, PipesRecord } from '../../lambda';
import { KplError } from '../index';

/** Sequence numbers are compared, so that they have to be numbers. */
const DECIMAL = /^(?:0|[1-9][0-9]*)$/;

/** What other services call themselves in the records of their events. */
const SERVICES: { readonly [eventSource: string]: string } = {
  'aws:dynamodb': 'DynamoDB Streams',
  'aws:kafka': 'Amazon MSK',
  'aws:mq': 'Amazon MQ',
  'aws:rmq': 'Amazon MQ',
  'aws:s3': 'Amazon S3',
  'aws:ses': 'Amazon SES',
  'aws:sns': 'Amazon SNS',
  'aws:sqs': 'Amazon SQS',
  SelfManagedKafka: 'Apache Kafka',
};

/** The event's records, or the reason why they are not those of a Kinesis stream. */
export function recordsOf<R extends EventRecord>(event: KinesisEvent<R>): readonly R[] {
  const records: unknown = Array.isArray(event) ? event : fieldOf(event, 'Records');
  if (!Array.isArray(records)) {
    throw refused(`the event is not one of a Kinesis stream: it has no Records${hintFor(event)}`);
  }
  records.forEach(check);
  // The last call of a window has no record, and no state to lose either.
  if (fieldOf(event, 'window') != null && records.length > 0) {
    throw refused(
      'the event is one of a tumbling window, whose state a response of this kind would drop: examples/lambda-window.ts keeps it',
    );
  }
  return records;
}

/** What an event source mapping wraps, and EventBridge Pipes does not. */
export function payloadOf(record: EventRecord): LambdaRecordPayload {
  return isFlat(record) ? record : record.kinesis;
}

/** The Kinesis record's name in ids and in `progress`: shard and sequence number. */
export function eventIdOf(record: EventRecord): string {
  return record.eventID ?? payloadOf(record).sequenceNumber;
}

/** Whether the record came by EventBridge Pipes. */
export function isFlat(record: EventRecord): record is PipesRecord {
  return !('kinesis' in record) || record.kinesis == null;
}

function check(record: unknown, recordIndex: number): void {
  const source = fieldOf(record, 'eventSource') ?? fieldOf(record, 'EventSource');
  if (source !== undefined && source !== 'aws:kinesis') {
    throw refused(`the record is not one of a Kinesis stream${hintFor(record)}`, recordIndex);
  }
  const kinesis = fieldOf(record, 'kinesis');
  const payload = kinesis ?? record;
  const isShaped =
    isData(fieldOf(payload, 'data')) && (kinesis != null || typeof fieldOf(record, 'eventID') === 'string');
  if (!isShaped) {
    throw refused(
      `the record is not one of a Kinesis event: it must have kinesis.data, base64, or as one of EventBridge Pipes data and eventID${hintFor(record)}`,
      recordIndex,
    );
  }
  const sequenceNumber = fieldOf(payload, 'sequenceNumber');
  if (typeof sequenceNumber !== 'string' || !DECIMAL.test(sequenceNumber)) {
    throw refused(
      `sequenceNumber must be a decimal string without leading zeros, got ${kindOf(sequenceNumber)}`,
      recordIndex,
    );
  }
}

/** Text, bytes, or the JSON of a Buffer; whether the text is base64 is found when it is read. */
function isData(data: unknown): boolean {
  return (
    typeof data === 'string' ||
    ArrayBuffer.isView(data) ||
    (fieldOf(data, 'type') === 'Buffer' && Array.isArray(fieldOf(data, 'data')))
  );
}

function hintFor(value: unknown): string {
  if (typeof value === 'string') return '. It is text: JSON.parse it first';
  const source = fieldOf(value, 'eventSource') ?? fieldOf(value, 'EventSource');
  if (source !== undefined && source !== 'aws:kinesis') {
    const service = SERVICES[String(source)];
    return service === undefined ? '. It comes from another event source' : `. It comes from ${service}`;
  }
  if (fieldOf(value, 'deliveryStreamArn') !== undefined) {
    return '. It is a transformation of Amazon Data Firehose: deaggregateRecords and one answer for each recordId, as in examples/firehose.mjs';
  }
  const kinesis = fieldOf(value, 'kinesis');
  if (isData(fieldOf(kinesis, 'data'))) return '. It is one record: pass the whole event';
  if (fieldOf(kinesis, 'data') != null) {
    return '. A parser or a middleware has read its data: deaggregate first, and parse each user record then';
  }
  if (fieldOf(value, 'Data') !== undefined) return '. It is a record of GetRecords: pass it to deaggregate';
  if (fieldOf(value, 'detail-type') !== undefined) return '. It comes from Amazon EventBridge';
  if (fieldOf(value, 'awslogs') !== undefined) return '. It comes from Amazon CloudWatch Logs';
  if (fieldOf(value, 'requestContext') !== undefined) return '. It is an HTTP request';
  return '';
}

function fieldOf(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' ? (value as { [name: string]: unknown })[name] : undefined;
}

function kindOf(value: unknown): string {
  return typeof value === 'string' ? `a string of length ${value.length}` : value === null ? 'null' : typeof value;
}

function refused(message: string, recordIndex?: number): KplError {
  return new KplError('ERR_KPL_KINESIS_RECORD', message, { recordIndex });
}
