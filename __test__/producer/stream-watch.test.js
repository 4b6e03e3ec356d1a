'use strict';

// When the shards of a stream are read, and when its distribution is looked at.

const { Clock } = require('../../lib/producer/clock');
const { Metrics } = require('../../lib/producer/metrics');
const { StreamWatch } = require('../../lib/producer/stream-watch');
const { FakeEnvironment } = require('../support/producer/fake-environment');
const { sdkError } = require('../support/producer/fake-kinesis');

const MINUTE = 60_000;
const SHARDS = ['a', 'b'].map((ShardId, i) => ({
  ShardId,
  HashKeyRange: { StartingHashKey: String(i * 100), EndingHashKey: String(i * 100 + 99) },
}));

/** A watch whose clock turns every 10 ms; what it asks is answered by `list` and `describe`. */
function given({ list = async () => ({ Shards: SHARDS }), describe = async () => summary(), ...options } = {}) {
  const environment = new FakeEnvironment();
  const clock = new Clock(environment.forProducer);
  const it = { environment, listed: [], described: [], told: [], warnings: [], shardMap: () => {} };
  const client = {
    listShards: (input, { abortSignal }) => {
      it.listed.push({ time: environment.time, input, abortSignal });
      return list(it.listed.length);
    },
    describeStreamSummary: () => {
      it.described.push(environment.time);
      return describe(it.described.length);
    },
  };
  const settings = { client, stream: { StreamName: 's' }, streamLabel: 's', routing: 'shards', ...options };
  const log = { warn: (cause) => it.warnings.push(cause), error() {} };
  it.watch = new StreamWatch(
    { detects: true, ordered: false, requestTimeoutMs: 10_000, ...settings },
    { environment: environment.forProducer, clock, log, metrics: new Metrics() },
    {
      shardMap: (map) => it.shardMap(map),
      auto: (isCertain) => it.told.push(isCertain ? 'AUTO' : 'looks like AUTO'),
      byPartitionKey: () => it.told.push('by partition key'),
      fatal: ({ code }) => it.told.push(code),
      changed() {},
    },
  );
  it.pass = async (ms) => {
    for (const end = environment.time + ms; environment.time < end; ) {
      await environment.run(environment.time + 10);
      clock.turn();
      it.watch.advance(clock.now());
    }
  };
  it.start = async () => {
    it.watch.start();
    await it.pass(10);
  };
  it.land = (shardId, hashKey, map = it.watch.map) => it.watch.landed(shardId, BigInt(hashKey), map);
  return it;
}

const summary = (RecordDistributionStrategy) => ({ StreamDescriptionSummary: { RecordDistributionStrategy } });
const apart = (times) => times.slice(1).map((time, i) => time - times[i]);

describe('the shards', () => {
  test('are read once, and anew on evidence: at least 5 s after the last time', async () => {
    const it = given();
    await it.start();
    await it.pass(MINUTE);
    expect(it.listed).toHaveLength(1);
    it.land('c', 5);
    await it.pass(10);
    expect(it.listed).toHaveLength(2);
    it.land('c', 5);
    it.land('c', 5);
    await it.pass(4900);
    expect(it.listed).toHaveLength(2);
    await it.pass(MINUTE);
    expect(it.listed).toHaveLength(3);
  });

  test('not for an entry that is where it should be, and not for one whose request began before they were read', async () => {
    const it = given();
    await it.start();
    const before = it.watch.map;
    it.land('a', 0);
    it.land('a', 99);
    it.land('b', 100);
    it.watch.landed('c', 5n, undefined);
    await it.pass(MINUTE);
    expect(it.listed).toHaveLength(1);
    it.land('b', 99);
    await it.pass(30);
    expect(it.listed).toHaveLength(2);
    it.land('c', 5, before);
    await it.pass(MINUTE);
    expect(it.listed).toHaveLength(2);
  });

  test('are asked for again after a failure, ever more seldom up to 30 s', async () => {
    const it = given({ list: async () => Promise.reject(sdkError('LimitExceededException', 400)) });
    await it.start();
    await it.pass(3 * MINUTE);
    const gaps = apart(it.listed.map(({ time }) => time));
    expect(gaps[0]).toBeCloseTo(1000, -2);
    expect(gaps[1]).toBeCloseTo(1500, -2);
    expect(gaps[2]).toBeCloseTo(2250, -2);
    expect(Math.max(...gaps)).toBeCloseTo(30_000, -2);
  });

  test('page by page: with a token there is no name and no filter', async () => {
    const pages = [{ Shards: SHARDS.slice(0, 1), NextToken: 'next' }, { Shards: SHARDS.slice(1) }];
    const it = given({ list: async (times) => pages[times - 1] });
    await it.start();
    expect(it.watch.map.size).toBe(2);
    expect(it.listed.map(({ input }) => input)).toEqual([
      { StreamName: 's', ShardFilter: { Type: 'AT_LATEST' }, MaxResults: 1000 },
      { NextToken: 'next', MaxResults: 1000 },
    ]);
  });

  test('that do not fit together are not used', async () => {
    const it = given();
    it.shardMap = (map) => {
      if (it.listed.length === 2) throw new Error('a hole');
      it.used = map;
    };
    await it.start();
    it.land('c', 5);
    await it.pass(5500);
    expect(it.listed).toHaveLength(2);
    expect(it.watch.map).toBe(it.used);
    await it.pass(MINUTE);
    expect(it.listed).toHaveLength(3);
    expect(it.watch.map).toBe(it.used);
  });

  test('an answer that does not come is waited for no longer than requestTimeoutMs', async () => {
    const it = given({ list: (times) => (times === 1 ? new Promise(() => {}) : Promise.resolve({ Shards: SHARDS })) });
    await it.start();
    expect(it.watch.wakesAt()).toBe(10_000);
    await it.pass(10_900);
    expect(it.listed).toHaveLength(1);
    expect(it.listed[0].abortSignal.aborted).toBe(true);
    expect(it.watch.wakesAt()).toBe(11_000); // nothing of the call is left
    await it.pass(200);
    expect(it.watch.map.size).toBe(2);
  });

  test('after a success, the next failure is asked about as soon as the first', async () => {
    const fails = [1, 2, 4];
    const it = given({
      list: async (times) =>
        fails.includes(times) ? Promise.reject(sdkError('LimitExceededException', 400)) : { Shards: SHARDS },
    });
    await it.start();
    await it.pass(10_000);
    expect(it.listed).toHaveLength(3);
    it.land('c', 5);
    await it.pass(MINUTE);
    const gaps = apart(it.listed.map(({ time }) => time));
    expect([gaps[0], gaps[1], gaps[3]].map((gap) => Math.round(gap / 100))).toEqual([10, 15, 10]);
  });

  test('once they are known, nothing is given up, whatever the next answer is', async () => {
    const it = given({
      list: async (times) =>
        times === 1 ? { Shards: SHARDS } : Promise.reject(sdkError('AccessDeniedException', 400)),
    });
    await it.start();
    it.land('c', 5);
    await it.pass(10_000);
    expect(it.listed.length).toBeGreaterThan(1);
    expect(it.told).toEqual(['by partition key']);
    expect(() => it.watch.start()).not.toThrow();
  });

  test('an end that never comes is a failure', async () => {
    const it = given({ list: async () => ({ Shards: SHARDS, NextToken: 'next' }) });
    await it.start();
    await it.pass(500);
    expect(it.listed).toHaveLength(1000);
    expect(it.warnings).toEqual(['SHARDS']);
  });

  test('a shard that was closed is none', async () => {
    const closed = { ...SHARDS[1], ShardId: 'closed', SequenceNumberRange: { EndingSequenceNumber: '9' } };
    const it = given({ list: async () => ({ Shards: [closed, ...SHARDS] }) });
    await it.start();
    expect(it.watch.map.size).toBe(2);
    expect(it.watch.map.owner(99n).shardId).toBe('a');
    expect(it.watch.map.owner(100n).shardId).toBe('b');
  });
});

describe('the distribution', () => {
  test('is looked at twice within a second, then partition keys are assumed', async () => {
    const it = given({ describe: async () => Promise.reject(sdkError('LimitExceededException', 400)) });
    await it.start();
    await it.pass(2000);
    expect(it.described).toHaveLength(2);
    expect(it.watch.isAuto).toBe(false);
    expect(it.watch.holds(0)).toBe(false);
    expect(it.warnings).toEqual(['DISTRIBUTION']);
  });

  test('is looked at again when a request goes out and the last answer is 5 minutes old', async () => {
    const it = given();
    await it.start();
    await it.pass(299_000);
    it.watch.requestBegins();
    expect(it.described).toHaveLength(1);
    await it.pass(1010);
    it.watch.requestBegins();
    it.watch.requestBegins();
    await it.pass(10);
    expect(it.described).toHaveLength(2);
  });

  test('is looked at after four answers in a row that no map explains, at most every 10 s', async () => {
    const it = given();
    await it.start();
    await it.pass(MINUTE);
    const misplaced = async (times) => {
      for (let i = 0; i < times; i++) it.land('a', 150);
      await it.pass(10);
    };
    // Each time, the shards are read anew, and what is counted begins again.
    it.land('a', 150);
    it.land('a', 150);
    it.land('a', 150);
    it.land('a', 50);
    it.land('a', 150);
    await it.pass(10);
    expect(it.described).toHaveLength(1);
    await misplaced(4);
    expect(it.described).toHaveLength(2);
    await it.pass(8000);
    await misplaced(5);
    expect(it.described).toHaveLength(2);
    await it.pass(8000);
    await misplaced(4);
    expect(it.described).toHaveLength(3);
  });

  test('is not looked at for shards that are not known, nor for what an older map explains', async () => {
    const it = given();
    await it.start();
    await it.pass(MINUTE);
    for (let i = 0; i < 10; i++) it.land('c', 5);
    for (let i = 0; i < 3; i++) it.land('a', 150);
    await it.pass(30);
    expect(it.listed).toHaveLength(2);
    it.land('a', 150);
    await it.pass(10);
    expect(it.described).toHaveLength(1);
  });

  test('is not looked at any more once it is AUTO', async () => {
    const it = given({ describe: async () => summary('AUTO') });
    await it.start();
    expect(it.told).toEqual(['AUTO']);
    await it.pass(301_000);
    it.watch.requestBegins();
    for (let i = 0; i < 4; i++) it.land('a', 150);
    await it.pass(10);
    expect(it.described).toHaveLength(1);
    expect(it.told).toEqual(['AUTO']);
  });

  test('order is not given up for what only looks like AUTO', async () => {
    const it = given({ ordered: true, describe: async () => Promise.reject(sdkError('AccessDeniedException', 400)) });
    await it.start();
    for (let i = 0; i < 4; i++) it.land('a', 150);
    expect(it.told).toEqual(['looks like AUTO']);
  });

  test('evidence decides where nobody may look', async () => {
    const it = given({ describe: async () => Promise.reject(sdkError('AccessDeniedException', 400)) });
    await it.start();
    for (let i = 0; i < 4; i++) it.land('a', 150);
    expect(it.told).toEqual(['looks like AUTO']);
    expect(it.watch.isAuto).toBe(true);
    expect(it.described).toHaveLength(1);
  });
});
