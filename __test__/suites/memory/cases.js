'use strict';

// Every public function, ready to be called a hundred thousand times: each case prepares, and gives the call. A case begins
// with the name of what it calls.

const kpl = require('../../..');
const compat = require('kinesis-agg/compat');
const { createHandler, processEvent } = require('kinesis-agg/lambda');
const { KinesisProducer } = require('kinesis-agg/producer');
const { getRecordsOutput, lambdaEvent, userRecordsOf } = require('kinesis-agg/testing');
const { evenShards } = require('../../support/shards');
const { lambdaPayload, lambdaRecord, sdkRecord } = require('../../support/kinesis-records');

/** @typedef {() => unknown} Call what it returns is awaited if it is a promise */

const record = () => ({ partitionKey: 'key', data: 'some data' });
const own = () => ({ partitionKey: 'key', data: Buffer.from('some data'), explicitHashKey: '7' });
const large = { partitionKey: 'key', data: Buffer.alloc(9000) };
const empty = { partitionKey: '', data: 'x' };
const [entry] = kpl.aggregate([record(), own(), record()], { routing: 'first' });
const sdk = sdkRecord(entry);
const lambda = lambdaRecord(entry);
const raw = sdkRecord({ Data: Buffer.from('raw'), PartitionKey: 'key' });
const broken = sdkRecord({ Data: Buffer.from('f3899ac2'.repeat(8), 'hex'), PartitionKey: 'key' });
const wholeRange = { StartingHashKey: '0', EndingHashKey: String(2n ** 128n - 1n) };
const unread = { StartingHashKey: 'x', EndingHashKey: 'y' };
const shards = [evenShards(1), evenShards(4)];

/** An aggregator that closes an aggregate with every second record. */
const open = (options = {}) => new kpl.RecordAggregator({ maxUserRecords: 1, ...options });
const ignoring = () => {};

/** @param {() => unknown} call that has to throw or to reject */
function refused(call) {
  return () => {
    let result;
    try {
      result = call();
    } catch {
      return undefined;
    }
    if (!(result instanceof Promise)) throw new Error('this should have been refused');
    return result.then(() => {
      throw new Error('this should have been rejected');
    }, ignoring);
  };
}

/** @param {(batch: import('../../../index').UserRecordBatch, i: number) => unknown} column */
function ofBatch(column) {
  return () => {
    const batch = kpl.decode([sdk, raw]);
    let i = 0;
    return () => column(batch, i++ % batch.length);
  };
}

/** @type {Record<string, () => Call>} */
const MODERN = {
  KplError: () => () => new kpl.KplError('ERR_KPL_DATA', 'a message', { recordIndex: 1 }),
  'KplError.name': () => () => new kpl.KplError('ERR_KPL_DATA', 'a message').name,

  RecordAggregator: () => () => new kpl.RecordAggregator(),
  'RecordAggregator with shards': () => () => new kpl.RecordAggregator({ routing: { shards: shards[1] } }),
  'RecordAggregator, refused': () => refused(() => new kpl.RecordAggregator({ maxAggregateBytes: 1 })),
  'RecordAggregator with shards, refused': () => refused(() => new kpl.RecordAggregator({ routing: { shards: [] } })),
  'RecordAggregator.addUserRecord': () => {
    const aggregator = open();
    return () => aggregator.addUserRecord(record());
  },
  'RecordAggregator.addUserRecord, staged': () => {
    const aggregator = open({ maxUserRecords: 1000 });
    return () => aggregator.addUserRecord(record());
  },
  'RecordAggregator.addUserRecord, large': () => {
    const aggregator = open();
    return () => aggregator.addUserRecord(large);
  },
  'RecordAggregator.addUserRecord, refused': () => {
    const aggregator = open();
    return refused(() => aggregator.addUserRecord(empty));
  },
  'RecordAggregator.addUserRecords': () => {
    const aggregator = open({ routing: { lanes: 4 } });
    return () => aggregator.addUserRecords([record(), own(), record()]);
  },
  'RecordAggregator.addUserRecords, refused': () => {
    const aggregator = open();
    return refused(() => aggregator.addUserRecords([record(), empty]));
  },
  'RecordAggregator.flush': () => {
    const aggregator = open();
    return () => {
      aggregator.addUserRecord(own());
      return aggregator.flush();
    };
  },
  'RecordAggregator.clear': () => {
    const aggregator = open();
    return () => {
      aggregator.addUserRecord(own());
      aggregator.clear();
    };
  },
  'RecordAggregator.fits': () => {
    const aggregator = open();
    return () => aggregator.fits(record());
  },
  'RecordAggregator.fits, refused': () => {
    const aggregator = open();
    return refused(() => aggregator.fits(empty));
  },
  'RecordAggregator.setShards': () => {
    const aggregator = open({ routing: { shards: shards[0] } });
    let turn = 0;
    return () => {
      aggregator.addUserRecord(record());
      return aggregator.setShards(shards[turn++ % 2]);
    };
  },
  'RecordAggregator.setShards, refused': () => {
    const aggregator = open({ routing: { shards: shards[0] } });
    return refused(() => aggregator.setShards([]));
  },
  'RecordAggregator.onRecordComplete': () => {
    const aggregator = open().onRecordComplete(ignoring);
    return () => aggregator.addUserRecord(record());
  },
  'RecordAggregator.onRecordComplete, throwing': () => {
    const aggregator = open().onRecordComplete(() => {
      throw new Error('of the callback');
    });
    aggregator.addUserRecord(record());
    return refused(() => aggregator.addUserRecord(record()));
  },
  'RecordAggregator.clearCallbacks': () => {
    const aggregator = open();
    return () => aggregator.onRecordComplete(() => {}).clearCallbacks();
  },
  'RecordAggregator.userRecordCount': () => {
    const aggregator = open();
    return () => aggregator.userRecordCount;
  },
  'RecordAggregator.sizeBytes': () => {
    const aggregator = open({ maxUserRecords: 1000 });
    return () => {
      aggregator.addUserRecord(record());
      return aggregator.sizeBytes;
    };
  },
  aggregate: () => () => kpl.aggregate([record(), own(), record()]),
  'aggregate, refused': () => refused(() => kpl.aggregate([record(), empty])),

  deaggregate: () => () => kpl.deaggregate([sdk, raw]),
  'deaggregate of base64': () => () => kpl.deaggregate(lambda),
  'deaggregate, copied': () => () => kpl.deaggregate([sdk, raw], { copy: true }),
  'deaggregate by hash key': () => () => kpl.deaggregate(sdk, { hashKeyRange: wholeRange }),
  'deaggregate of broken ones': () => () => kpl.deaggregate(broken, { onBroken: ignoring }),
  'deaggregate of broken ones, refused': () => refused(() => kpl.deaggregate(broken, { strict: true })),
  'deaggregate by hash key, refused': () => refused(() => kpl.deaggregate(sdk, { hashKeyRange: unread })),
  iterDeaggregate: () => () => [...kpl.iterDeaggregate([sdk, raw])],
  'iterDeaggregate, broken off': () => () => {
    for (const _ of kpl.iterDeaggregate([sdk, lambda])) break;
  },
  deaggregateAsync: () => () => kpl.deaggregateAsync([sdk, raw]),
  'deaggregateAsync of base64': () => () => kpl.deaggregateAsync(lambda),
  'deaggregateAsync, refused': () => refused(() => kpl.deaggregateAsync(/** @type {any} */ (5))),
  'deaggregateAsync by hash key, refused': () => refused(() => kpl.deaggregateAsync(sdk, { hashKeyRange: unread })),
  'deaggregateAsync of broken ones, refused': () => refused(() => kpl.deaggregateAsync(broken, { strict: true })),
  deaggregateRecords: () => () => kpl.deaggregateRecords([sdk, raw]),
  'deaggregateRecords of base64': () => () => kpl.deaggregateRecords(lambda),
  iterDeaggregateRecords: () => () => [...kpl.iterDeaggregateRecords([lambda, raw])],
  isAggregated: () => () => kpl.isAggregated(entry.Data),
  'isAggregated of base64': () => () => kpl.isAggregated(lambda.kinesis.data),
  'isAggregated, refused': () => refused(() => kpl.isAggregated(/** @type {any} */ (5))),
  comparePositions: () => {
    const position = (subSequenceNumber) => ({ sequenceNumber: '1'.repeat(56), subSequenceNumber });
    return () => kpl.comparePositions(position(1), position(2));
  },
  hashKey: () => () => kpl.hashKey('key'),
  'hashKey, refused': () => refused(() => kpl.hashKey('')),

  decode: () => () => kpl.decode([sdk, raw]),
  UserRecordBatch: () => () => [...kpl.decode(lambda)],
  'UserRecordBatch.length': ofBatch((batch) => batch.length),
  'UserRecordBatch.partitionKey': ofBatch((batch, i) => batch.partitionKey(i)),
  'UserRecordBatch.explicitHashKey': ofBatch((batch, i) => batch.explicitHashKey(i)),
  'UserRecordBatch.data': ofBatch((batch, i) => batch.data(i)),
  'UserRecordBatch.text': ofBatch((batch, i) => batch.text(i)),
  'UserRecordBatch.json': () => {
    const batch = kpl.decode(sdkRecord(kpl.aggregate([{ partitionKey: 'key', data: '{"a":[1]}' }])[0]));
    return () => batch.json(0);
  },
  'UserRecordBatch.sequenceNumber': ofBatch((batch, i) => batch.sequenceNumber(i)),
  'UserRecordBatch.subSequenceNumber': ofBatch((batch, i) => batch.subSequenceNumber(i)),
  'UserRecordBatch.aggregated': ofBatch((batch, i) => batch.aggregated(i)),
  'UserRecordBatch.approximateArrivalTimestamp': ofBatch((batch, i) => batch.approximateArrivalTimestamp(i)),
  'UserRecordBatch.source': ofBatch((batch, i) => batch.source(i)),
  'UserRecordBatch.toArray': ofBatch((batch) => batch.toArray()),
};

/** The drop-in's aggregator, which hands over to nobody who keeps it. */
const dropIn = (options) => new compat.RecordAggregator(ignoring, options);
const payload = lambdaPayload(entry);

/** @type {Record<string, () => Call>} */
const DROP_IN = {
  RecordAggregator: () => () => new compat.RecordAggregator(),
  'RecordAggregator with routing': () => () => dropIn({ routing: 'pinned' }),
  'RecordAggregator.addUserRecord': () => {
    const aggregator = dropIn();
    return () => {
      aggregator.addUserRecord(own());
      aggregator.clearRecords();
    };
  },
  'RecordAggregator.addUserRecord, refused': () => {
    const aggregator = dropIn();
    return refused(() => aggregator.addUserRecord(empty));
  },
  'RecordAggregator.aggregateRecords': () => {
    const aggregator = dropIn();
    return () => aggregator.aggregateRecords([record(), own()], true);
  },
  'RecordAggregator.aggregateRecords with routing': () => {
    const aggregator = dropIn({ routing: { lanes: 4 } });
    return () => aggregator.aggregateRecords([record(), own()], true);
  },
  'RecordAggregator.build': () => {
    const aggregator = dropIn();
    return () => {
      aggregator.addUserRecord(own());
      return aggregator.build();
    };
  },
  'RecordAggregator.flushBufferedRecords': () => {
    const aggregator = dropIn();
    return () => {
      aggregator.addUserRecord(own());
      aggregator.flushBufferedRecords(ignoring);
    };
  },
  'RecordAggregator.clearRecords': () => {
    const aggregator = dropIn({ routing: 'pinned' });
    return () => {
      aggregator.addUserRecord(own());
      aggregator.clearRecords();
    };
  },
  'RecordAggregator.checkIfUserRecordFits': () => {
    const aggregator = dropIn();
    return () => aggregator.checkIfUserRecordFits(own());
  },
  'RecordAggregator.calculateUserRecordSize': () => {
    const aggregator = dropIn();
    return () => aggregator.calculateUserRecordSize(own());
  },
  'RecordAggregator.setOnReadyCallback': () => {
    const aggregator = dropIn();
    return () => aggregator.setOnReadyCallback(() => {});
  },
  ...Object.fromEntries(
    [
      'length',
      'putRecords',
      'totalBytes',
      'partitionKeyTable',
      'partitionKeyCount',
      'explicitHashKeyTable',
      'explicitHashKeyCount',
    ].map((name) => [
      `RecordAggregator.${name}`,
      () => {
        const aggregator = dropIn();
        aggregator.addUserRecord(own());
        return () => (name === 'length' ? aggregator.length() : aggregator[name]);
      },
    ]),
  ),
  aggregate: () => () =>
    new Promise((resolve, reject) => {
      compat.aggregate(
        [record(), own()],
        (_, done) => done(),
        () => resolve(undefined),
        reject,
      );
    }),
  deaggregate: () => () => compat.deaggregate(payload, true, ignoring, ignoring),
  'deaggregate of the SDK': () => () => compat.deaggregate(sdk, true, ignoring, ignoring),
  deaggregateSync: () => () => compat.deaggregateSync(payload, true, ignoring),
  'deaggregateSync of broken ones': () => () => compat.deaggregateSync(broken, true, ignoring),
};

/** A client that stores everything and answers at once. */
const client = {
  putRecords: async ({ Records }) => ({
    FailedRecordCount: 0,
    Records: Records.map(() => ({ ShardId: 'shardId-000000000000', SequenceNumber: '1' })),
  }),
};
const producer = () =>
  new KinesisProducer({
    client,
    streamName: 'stream',
    routing: 'pinned',
    distribution: 'partition-key',
    lingerMs: 1,
    shardRateLimit: false,
  });
/** What a record that is given up before it is taken rejects with. */
const abandoned = (to) => to.put(record(), { signal: AbortSignal.abort() }).then(ignoring, (error) => error);

/** @type {Record<string, () => Call>} */
const PRODUCER = {
  KinesisProducer: () => producer,
  'KinesisProducer.add': () => {
    const to = producer();
    return () => to.add(record());
  },
  'KinesisProducer.put': () => {
    const to = producer();
    return () => to.put(record());
  },
  'KinesisProducer.put, refused': () => {
    const to = producer();
    return refused(() => to.put(empty));
  },
  'KinesisProducer.putAll': () => {
    const to = producer();
    return () => to.putAll([record(), own()]);
  },
  'KinesisProducer.ready': () => {
    const to = producer();
    return () => to.ready();
  },
  'KinesisProducer.flush': () => {
    const to = producer();
    return () => {
      to.put(record());
      return to.flush();
    };
  },
  'KinesisProducer.close': () => async () => {
    const to = producer();
    to.add(record());
    await to.close();
  },
  'KinesisProducer.metrics': () => {
    const to = producer();
    return () => to.metrics();
  },
  ProducerError: () => {
    const to = producer();
    return () => abandoned(to);
  },
  ...Object.fromEntries(
    ['name', 'userRecords'].map((name) => [
      `ProducerError.${name}`,
      () => {
        const to = producer();
        return async () => (await abandoned(to))[name];
      },
    ]),
  ),
};

const three = [record(), own(), record()];
const event = lambdaEvent(three);
const failing = () => {
  throw new Error('of the handler');
};

/** @type {Record<string, () => Call>} */
const LAMBDA = {
  processEvent: () => () => processEvent(event, ignoring),
  'processEvent, at once': () => () => processEvent(event, async () => {}, { concurrency: 10 }),
  'processEvent, stopped': () => () => processEvent(event, failing),
  'processEvent, dropping': () => () => processEvent(event, failing, { onError: () => 'drop' }),
  'processEvent, refused': () => refused(() => processEvent(/** @type {any} */ (5), ignoring)),
  createHandler: () => () => createHandler(ignoring),
  'createHandler, handling': () => {
    const handler = createHandler(ignoring);
    return () => handler(event);
  },
};

const putRecordsInput = { Records: kpl.aggregate(three) };

/** @type {Record<string, () => Call>} */
const TESTING = {
  lambdaEvent: () => () => lambdaEvent(three),
  'lambdaEvent, refused': () => refused(() => lambdaEvent([empty])),
  getRecordsOutput: () => () => getRecordsOutput(three),
  userRecordsOf: () => () => userRecordsOf(putRecordsInput),
};

/** By the name of the face. */
const FACES = { index: MODERN, compat: DROP_IN, producer: PRODUCER, lambda: LAMBDA, testing: TESTING };

const kept = /** @type {unknown[]} */ ([]);

/** What a leak looks like: these have to be found. */
const PLANTED = {
  'a leak of 100 bytes outside the heap': () => () => kept.push(new ArrayBuffer(100)),
  'a leak of 100 bytes in the heap': () => () => kept.push(new Array(10).fill(0)),
};

module.exports = { FACES, PLANTED };
