'use strict';

// Handlers that were written for raw records, on events that hold aggregated ones.

const { BatchProcessor, EventType, processPartialResponse } = require('@aws-lambda-powertools/batch');
const { parser } = require('@aws-lambda-powertools/batch/parser');
const { KinesisDataStreamRecord, KinesisDataStreamSchema } = require('@aws-lambda-powertools/parser/schemas/kinesis');
const { z } = require('zod');
const { aggregate, deaggregateRecords } = require('../..');
const { firehoseRecord, lambdaRecord } = require('../support/kinesis-records');

const orders = (...ids) => ids.map((id) => ({ partitionKey: `order-${id}`, data: JSON.stringify({ id }) }));
const [first] = aggregate(orders(1, 2, 3));
const [second] = aggregate(orders(4, 5));
const plain = { PartitionKey: 'order-6', Data: Buffer.from('{"id":6}') };
const event = {
  Records: [lambdaRecord(first, '100'), lambdaRecord(plain, '101'), lambdaRecord(second, '102')],
};
const idOf = ({ kinesis }) => JSON.parse(Buffer.from(kinesis.data, 'base64').toString()).id;

test('a handler for raw records works unchanged', async () => {
  const seen = [];
  const handler = async ({ Records }) => {
    for (const record of Records) seen.push([record.kinesis.partitionKey, idOf(record), record.awsRegion]);
  };
  await handler({ ...event, Records: deaggregateRecords(event.Records) });
  expect(seen).toEqual([1, 2, 3, 6, 4, 5].map((id) => [`order-${id}`, id, 'us-east-2']));
});

describe('Powertools batch processing', () => {
  const processWith = (recordHandler) => {
    const processor = new BatchProcessor(EventType.KinesisDataStreams);
    const Records = deaggregateRecords(event.Records);
    return processPartialResponse({ ...event, Records }, recordHandler, processor, {});
  };

  test('hands each user record to the record handler', async () => {
    const recordHandler = jest.fn(async (record) => idOf(record));
    expect(await processWith(recordHandler)).toEqual({ batchItemFailures: [] });
    expect(recordHandler.mock.calls.map(([record]) => idOf(record))).toEqual([1, 2, 3, 6, 4, 5]);
  });

  test('names the sequence number of the aggregate in which a user record failed', async () => {
    const response = await processWith(async (record) => {
      if (idOf(record) === 4) throw new Error('not now');
    });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '102' }] });
  });
});

describe("Powertools' Kinesis schema", () => {
  test('reads each user record before its record handler runs', async () => {
    const innerSchema = z.object({ id: z.number().max(4) });
    const processor = new BatchProcessor(EventType.KinesisDataStreams, { parser, innerSchema, transformer: 'base64' });
    const recordHandler = jest.fn();
    const Records = deaggregateRecords(event.Records);
    const response = await processPartialResponse({ ...event, Records }, recordHandler, processor, {});
    expect(recordHandler.mock.calls.map(([{ kinesis }]) => kinesis.data)).toEqual([1, 2, 3, 4].map((id) => ({ id })));
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: '101' }, { itemIdentifier: '102' }]);
  });

  test('takes the event, and reads the JSON of each user record', () => {
    const parsed = KinesisDataStreamSchema.parse({ ...event, Records: deaggregateRecords(event.Records) });
    expect(parsed.Records.map(({ kinesis }) => kinesis.data)).toEqual([1, 2, 3, 6, 4, 5].map((id) => ({ id })));
    expect(parsed.Records.map(({ kinesis }) => kinesis.partitionKey)).toContain('order-5');
  });

  test('takes each record', () => {
    for (const record of deaggregateRecords(event.Records)) {
      expect(KinesisDataStreamRecord.safeParse(record).success).toBe(true);
    }
  });
});

test('a Firehose transformation groups by recordId and answers once for each', async () => {
  const firehoseEvent = {
    invocationId: '1',
    deliveryStreamArn: 'arn:aws:firehose:us-east-2:123456789012:deliverystream/orders',
    region: 'us-east-2',
    records: [first, plain, second].map((entry, i) => ({ ...firehoseRecord(entry), recordId: `record-${i}` })),
  };

  const handler = async ({ records }) => {
    const byRecordId = new Map(records.map(({ recordId }) => [recordId, []]));
    for (const record of deaggregateRecords(records)) byRecordId.get(record.recordId).push(record);
    const lineOf = ({ data }) => `${Buffer.from(data, 'base64')}\n`;
    return {
      records: [...byRecordId].map(([recordId, userRecords]) => ({
        recordId,
        result: 'Ok',
        data: Buffer.from(userRecords.map(lineOf).join('')).toString('base64'),
      })),
    };
  };

  const { records } = await handler(firehoseEvent);
  expect(records.map(({ recordId }) => recordId)).toEqual(['record-0', 'record-1', 'record-2']);
  expect(records.map(({ data }) => Buffer.from(data, 'base64').toString())).toEqual([
    '{"id":1}\n{"id":2}\n{"id":3}\n',
    '{"id":6}\n',
    '{"id":4}\n{"id":5}\n',
  ]);
});
