'use strict';

// The examples for Lambda and its neighbours, each on an event as AWS documents it.

const { readFileSync } = require('node:fs');
const path = require('node:path');
const { BasePersistenceLayer, IdempotencyRecord } = require('@aws-lambda-powertools/idempotency/persistence');
const {
  IdempotencyItemAlreadyExistsError,
  IdempotencyItemNotFoundError,
} = require('@aws-lambda-powertools/idempotency');
const { Logger } = require('@aws-lambda-powertools/logger');
const { Metrics, MetricUnit } = require('@aws-lambda-powertools/metrics');
const { z } = require('zod');
const { deaggregate } = require('../..');
const { createHandler, processEvent } = require('kinesis-agg/lambda');
const { getRecordsOutput, lambdaEvent } = require('kinesis-agg/testing');
const { EXAMPLES, example } = require('../support/examples');

const fixture = (name) => JSON.parse(readFileSync(path.join(EXAMPLES, 'events', `${name}.json`), 'utf8'));
const READINGS = [
  ['device-1', '20.5'],
  ['device-2', '21.0'],
  ['device-1', '20.8'],
  ['device-4', '18.0'],
  ['device-3', '19.3'],
  ['device-2', '21.5'],
];
const ORDERS = ['0', '1', '2', '3', '4'].map((data) => ({ partitionKey: 'order', data }));
const numbers = (event) => event.Records.map(({ kinesis }) => kinesis.sequenceNumber);
const from = (itemIdentifier) => ({ batchItemFailures: [{ itemIdentifier }] });

let log;
let error;
beforeEach(() => {
  log = jest.spyOn(console, 'log').mockImplementation(() => {});
  error = jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

test('lambda-user-records.ts', async () => {
  const { handler } = example('lambda-user-records.ts');
  expect(await handler(fixture('kinesis'))).toEqual({ batchItemFailures: [] });
  expect(log.mock.calls).toEqual(READINGS);
});

describe('lambda-user-records.test.ts, as it stands', () => {
  example('lambda-user-records.test.ts');
});

describe('lambda-powertools.ts', () => {
  const { handler } = example('lambda-powertools.ts');

  test('works as it is', async () => {
    expect(await handler(fixture('kinesis'), {})).toEqual({ batchItemFailures: [] });
    expect(log.mock.calls).toEqual(READINGS);
  });

  test('goes on after a failure', async () => {
    const event = fixture('kinesis');
    event.Records[1].kinesis.data = Buffer.from('no JSON').toString('base64');
    expect(await handler(event, {})).toEqual(from(numbers(event)[1]));
    expect(log).toHaveBeenCalledTimes(5);
  });
});

/** In memory, as Powertools documents a store of one's own. */
class InMemory extends BasePersistenceLayer {
  records = new Map();
  async _putRecord(record) {
    if (this.records.has(record.idempotencyKey)) throw new IdempotencyItemAlreadyExistsError('it is there');
    this.records.set(record.idempotencyKey, record);
  }
  async _getRecord(key) {
    const record = this.records.get(key);
    if (record === undefined) throw new IdempotencyItemNotFoundError();
    return record;
  }
  async _updateRecord(record) {
    this.records.set(record.idempotencyKey, new IdempotencyRecord({ ...record, status: record.getStatus() }));
  }
  async _deleteRecord({ idempotencyKey }) {
    this.records.delete(idempotencyKey);
  }
}

test('lambda-idempotent.ts handles a user record once', async () => {
  const handled = [];
  let isDown = true;
  const { idempotentHandler } = example('lambda-idempotent.ts');
  const handler = idempotentHandler(new InMemory(), async ({ data }, { id }) => {
    if (isDown && data.toString() === '3') throw new Error('not now');
    handled.push(data.toString());
    return id;
  });
  const event = lambdaEvent(ORDERS);
  const context = { getRemainingTimeInMillis: () => 60_000 };
  expect(await handler(event, context)).toEqual(from(numbers(event)[0]));
  isDown = false;
  expect(await handler(event, context)).toEqual({ batchItemFailures: [] });
  expect(handled).toEqual(['0', '1', '2', '3', '4']);
});

describe('lambda-progress.ts', () => {
  /** A table behind the client. */
  const givenTable = () => {
    const items = new Map();
    const send = async ({ input }) => {
      if (input.Item) items.set(input.Item.id.S, input.Item);
      return input.Key ? { Item: items.get(input.Key.id.S) } : {};
    };
    return { items, client: { send } };
  };

  test('goes on where the event stopped', async () => {
    const { client, items } = givenTable();
    const progress = example('lambda-progress.ts').progressIn(client, 'progress', 'orders');
    const event = lambdaEvent(ORDERS);
    const handled = [];
    let isDown = true;
    const handler = createHandler(
      async ({ data }) => {
        if (isDown && data.toString() === '3') throw new Error('not now');
        handled.push(data.toString());
      },
      { progress },
    );
    expect(await handler(event)).toEqual(from(numbers(event)[0]));
    isDown = false;
    expect(await handler(event)).toEqual({ batchItemFailures: [] });
    expect(handled).toEqual(['0', '1', '2', '3', '4']);
    const [[id, { handled: count, expiresAt }]] = [...items];
    expect(id).toBe(`orders/${event.Records[0].eventID}`);
    expect(count).toEqual({ N: '3' });
    expect(Number(expiresAt.N)).toBeGreaterThan(Date.now() / 1000);
  });
});

describe('lambda-dead-letter.ts', () => {
  const { handlerWithDeadLetters } = example('lambda-dead-letter.ts');
  const failing = async ({ data }) => {
    if (data.toString() === '1') throw new Error('not now');
  };

  test('a young user record is retried', async () => {
    const event = lambdaEvent(ORDERS, { arrivedAt: new Date() });
    const send = jest.fn();
    expect(await handlerWithDeadLetters({ send }, 'queue', failing)(event)).toEqual(from(numbers(event)[0]));
    expect(send).not.toHaveBeenCalled();
  });

  test('an old one is sent to the queue, alone', async () => {
    const event = lambdaEvent(ORDERS);
    const send = jest.fn();
    expect(await handlerWithDeadLetters({ send }, 'queue', failing)(event)).toEqual({ batchItemFailures: [] });
    const [[{ input }]] = send.mock.calls;
    expect(input.QueueUrl).toBe('queue');
    expect(JSON.parse(input.MessageBody)).toEqual({
      id: `${event.Records[0].eventID}:1`,
      partitionKey: 'order',
      data: 'MQ==',
    });
  });

  test('where the queue is down, it is retried', async () => {
    const event = lambdaEvent(ORDERS);
    const send = () => Promise.reject(new Error('queue is down'));
    expect(await handlerWithDeadLetters({ send }, 'queue', failing)(event)).toEqual(from(numbers(event)[0]));
    expect(error.mock.calls.at(-1)).toContainEqual(new Error('queue is down'));
  });
});

describe('lambda-bulk.ts', () => {
  const { bulkHandler } = example('lambda-bulk.ts');
  const many = Array.from({ length: 1200 }, (_, i) => ({ partitionKey: 'a', data: `${i}` }));

  test('writes 500 at a time', async () => {
    const write = jest.fn(async () => {});
    expect(await bulkHandler(write)(lambdaEvent(many))).toEqual({ batchItemFailures: [] });
    expect(write.mock.calls.map(([records]) => records.length)).toEqual([500, 500, 200]);
  });

  test("reports the Kinesis record of a failed bulk's first user record", async () => {
    const event = lambdaEvent(many, { maxUserRecords: 300 });
    const write = jest.fn().mockResolvedValueOnce().mockRejectedValueOnce(new Error('sink is down'));
    expect(await bulkHandler(write)(event)).toEqual(from(numbers(event)[1]));
    expect(write).toHaveBeenCalledTimes(2);
  });
});

describe('lambda-window.ts', () => {
  const { handler } = example('lambda-window.ts');

  test('adds to the state', async () => {
    const event = fixture('window');
    const before = structuredClone(event);
    const { state, batchItemFailures } = await handler(event);
    expect(batchItemFailures).toEqual([]);
    expect(state['device-1']).toEqual({ count: 3, sum: 19.5 + 20.5 + 20.75 });
    expect(event).toEqual(before);
  });

  test('reports at the end', async () => {
    const { state } = await handler(fixture('window'));
    await handler({ ...fixture('window'), Records: [], state, isFinalInvokeForWindow: true });
    expect(log.mock.calls).toContainEqual(['2020-12-09T07:04:00Z', 'device-1', '20.25']);
  });

  test('fails whole', async () => {
    const event = fixture('window');
    event.Records[2].kinesis.data = Buffer.from('no JSON').toString('base64');
    await expect(handler(event)).rejects.toThrow(SyntaxError);
  });

  test('is what processEvent refuses to be', async () => {
    await expect(processEvent(fixture('window'), () => {})).rejects.toThrow('lambda-window.ts');
  });
});

describe('pipes.ts', () => {
  const { target, enrichment } = example('pipes.ts');

  test('target', async () => {
    expect(await target(fixture('pipes'))).toEqual({ batchItemFailures: [] });
    expect(log.mock.calls).toEqual(READINGS);
  });

  test('target, with a failure', async () => {
    const event = fixture('pipes');
    event[1].data = Buffer.from('no JSON').toString('base64');
    const batchItemFailures = event.slice(1).map(({ eventID }) => ({ itemIdentifier: eventID }));
    expect(await target(event)).toEqual({ batchItemFailures });
  });

  test('enrichment in front of the target', async () => {
    const enriched = await enrichment(fixture('pipes'));
    expect(enriched.map(({ eventID }) => eventID)).toContain(fixture('pipes')[2].eventID);
    expect(enriched).toHaveLength(6);
    expect(await target(enriched)).toEqual({ batchItemFailures: [] });
    expect(log.mock.calls).toEqual(READINGS);
  });
});

test('firehose.mjs answers once for each record', async () => {
  const event = fixture('firehose');
  const { records } = await example('firehose.mjs').handler(event);
  expect(records.map(({ recordId }) => recordId)).toEqual(event.records.map(({ recordId }) => recordId));
  expect(Buffer.from(records[0].data, 'base64').toString().split('\n')).toHaveLength(4);
});

test('kcl-multilang.mjs takes user records as they are', async () => {
  const handled = [];
  const { recordProcessor } = example('kcl-multilang.mjs');
  const processor = recordProcessor(async (record) => handled.push(record));
  const { records } = fixture('kcl-multilang');
  const checkpoint = jest.fn((callback) => callback());
  const done = jest.fn();
  processor.initialize({}, done);
  await processor.processRecords({ records, checkpointer: { checkpoint } }, done);
  expect(handled.map(({ sequenceNumber, subSequenceNumber }) => [sequenceNumber, subSequenceNumber])).toEqual(
    records.map(({ sequenceNumber, subSequenceNumber }) => [sequenceNumber, subSequenceNumber]),
  );
  expect(checkpoint.mock.calls).toEqual([[expect.any(Function)]]);
  processor.leaseLost({}, done);
  processor.shardEnded({ checkpointer: { checkpoint } }, done);
  processor.shutdownRequested({ checkpointer: { checkpoint } }, done);
  expect(done).toHaveBeenCalledTimes(5);
});

test('subscribe-to-shard.mjs goes on behind what it was given', async () => {
  const { userRecordsOf } = example('subscribe-to-shard.mjs');
  const starts = [];
  const events = [
    [{ Records: getRecordsOutput(ORDERS.slice(0, 2)).Records, ContinuationSequenceNumber: '7' }],
    [{ Records: [], ContinuationSequenceNumber: '8' }, { Records: getRecordsOutput(ORDERS.slice(2)).Records }],
  ];
  const send = async ({ input }) => {
    starts.push(input.StartingPosition);
    const answers = events.shift();
    return {
      EventStream: (async function* () {
        yield {};
        for (const SubscribeToShardEvent of answers) yield { SubscribeToShardEvent };
      })(),
    };
  };
  const StartingPosition = { Type: 'TRIM_HORIZON' };
  const given = { ConsumerARN: 'arn', ShardId: 'shardId-000000000000', StartingPosition, renewMs: 10 };
  const texts = [];
  for await (const { data } of userRecordsOf({ send }, given)) texts.push(data.toString());
  expect(texts).toEqual(['0', '1', '2', '3', '4']);
  expect(starts).toEqual([StartingPosition, { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: '7' }]);
});

test('get-records.json, as the AWS CLI prints it, is read', () => {
  expect(deaggregate(fixture('get-records').Records).map(({ partitionKey }) => partitionKey)).toEqual(
    READINGS.map(([device]) => device),
  );
});

describe('Powertools around and inside', () => {
  const schema = z.object({ celsius: z.number() });

  test('a schema of zod reads the user record, not the event', async () => {
    const readings = [];
    const handler = createHandler(({ data }) => readings.push(schema.parse(JSON.parse(data.toString()))));
    expect(await handler(fixture('kinesis'))).toEqual({ batchItemFailures: [] });
    expect(readings).toHaveLength(6);
    const event = lambdaEvent([{ partitionKey: 'a', data: '{"celsius":"warm"}' }]);
    expect(await handler(event)).toEqual(from(numbers(event)[0]));
  });

  test('Logger and Metrics', async () => {
    const logger = new Logger({ serviceName: 'readings' });
    const metrics = new Metrics({ namespace: 'readings', serviceName: 'readings' });
    const lines = jest.spyOn(logger, 'info').mockImplementation(() => {});
    const stored = [];
    jest.spyOn(metrics, 'publishStoredMetrics').mockImplementation(() => stored.push(metrics.serializeMetrics()));
    const handler = async (event, context) => {
      const result = await processEvent(event, () => {}, { context });
      logger.info('event', { handled: result.handled, repeated: result.repeated });
      metrics.addMetric('handled', MetricUnit.Count, result.handled);
      metrics.publishStoredMetrics();
      return result.response;
    };
    const context = { getRemainingTimeInMillis: () => 60_000 };
    expect(await handler(fixture('kinesis'), context)).toEqual({ batchItemFailures: [] });
    expect(lines.mock.calls).toEqual([['event', { handled: 6, repeated: 0 }]]);
    expect(stored[0]).toMatchObject({ handled: 6 });
  });
});
