'use strict';

// What the contract says beyond faults, each rule by itself, on a fake clock and a fake stream.

const { channel } = require('node:diagnostics_channel');
const { getEventListeners } = require('node:events');
const { KinesisProducer, ProducerError } = require('kinesis-agg/producer');
const { hashKey, isAggregated, KplError } = require('../..');
const { expectInvariants, given } = require('../support/producer/bookkeeping');
const { sdkError } = require('../support/producer/fake-kinesis');

const PLAIN = { routing: 'pinned', distribution: 'partition-key' };
const REFUSED = { entries: () => ({ code: 'KMSDisabledException' }) };
const rejected = (promise) =>
  promise.then(
    () => undefined,
    (error) => error,
  );

async function settled(it) {
  await it.environment.run();
  return expectInvariants(it);
}

describe('the loop that everybody writes first is fast enough', () => {
  /** Records a second, when answers take 5 ms. */
  async function rate(loop, options = { routing: { lanes: 4 }, distribution: 'partition-key' }) {
    const it = given(options);
    const began = it.environment.time;
    const records = await it.environment.settle(loop(it));
    const took = it.environment.time - began;
    await settled(it);
    return (records / took) * 1000;
  }
  const loopOf =
    (count, name) =>
    async ({ books, producer }) => {
      for (let i = 0; i < count; i++) await books.put(producer, `${name}-${i}`);
      return count;
    };
  const sideBySide = (loops, count) => async (it) => {
    const counts = await Promise.all(Array.from({ length: loops }, (_, l) => loopOf(count, `loop-${l}`)(it)));
    return counts.reduce((sum, each) => sum + each, 0);
  };

  test('one loop', async () => expect(await rate(loopOf(100, 'one'))).toBeGreaterThan(160));
  test('two loops', async () => expect(await rate(sideBySide(2, 100))).toBeGreaterThan(320));
  test('fifty loops', async () => expect(await rate(sideBySide(50, 100))).toBeGreaterThan(7000));
  test('windows of Promise.all', async () => {
    const windows = async ({ books, producer }) => {
      for (let w = 0; w < 80; w++) {
        await Promise.all(Array.from({ length: 100 }, (_, i) => books.put(producer, `key-${w}-${i}`)));
      }
      return 8000;
    };
    expect(await rate(windows)).toBeGreaterThan(15_000);
  });
  test('a loop that awaits something else waits for the linger, unless there is none', async () => {
    const slow = async ({ books, producer, environment }) => {
      for (let i = 0; i < 20; i++) {
        await books.put(producer, `key-${i}`);
        await environment.sleep(1);
      }
      return 20;
    };
    expect(await rate(slow)).toBeLessThan(12);
    expect(await rate(slow, { ...PLAIN, lingerMs: 0 })).toBeGreaterThan(120);
  });
  test('a server with 200 requests a second keeps its batching', async () => {
    const it = given({ routing: { lanes: 4 }, distribution: 'partition-key' });
    for (let i = 0; i < 400; i++) {
      it.books.put(it.producer, `key-${i}`);
      await it.environment.run(it.environment.time + 5);
    }
    await settled(it);
    expect(it.kinesis.requests.length).toBeLessThan(60);
  });
});

describe('batching', () => {
  test('lingerMs 0: what one turn puts goes together', async () => {
    const it = given({ ...PLAIN, lingerMs: 0 });
    for (let i = 0; i < 10; i++) it.books.put(it.producer, `key-${i}`);
    await settled(it);
    expect(it.environment.time).toBe(5);
    expect(it.kinesis.requests.map(({ entries }) => entries[0].userRecordCount)).toEqual([10]);
  });

  test('what has done half its linger closes with what has lingered', async () => {
    const it = given({ routing: { lanes: 16 }, distribution: 'partition-key' });
    for (let at = 0; at < 100; at += 5) {
      it.books.put(it.producer, `key-${at}`);
      await it.environment.run(it.environment.time + 5);
    }
    await settled(it);
    expect(it.kinesis.requests.length).toBeLessThanOrEqual(2);
  });

  test('behind an entry of its group an aggregate goes on filling, for a quarter of recordTtlMs', async () => {
    const sizes = async (latencyMs) => {
      const it = given({ routing: { lanes: 1 }, ordered: true, distribution: 'partition-key', recordTtlMs: 8000 });
      it.kinesis.latencyMs = latencyMs;
      for (let i = 0; i < 250; i++) {
        it.books.put(it.producer, `key-${i % 5}`);
        await it.environment.run(it.environment.time + 10);
      }
      await settled(it);
      return it.kinesis.requests.map(({ entries }) => entries[0].userRecordCount);
    };
    // 1 s is four times the linger, and 3 s more than the quarter.
    const [first, second] = await sizes(1000);
    expect(first).toBeLessThan(15);
    expect(second).toBeGreaterThan(90);
    expect(second).toBeLessThan(115);
    const [, quarter] = await sizes(3000);
    expect(quarter).toBeGreaterThan(190);
    expect(quarter).toBeLessThan(210);
  });

  test('or for a linger that is longer than that, and what lingers in another group does not close it', async () => {
    const sizes = async (lingerMs, ...times) => {
      const settings = { routing: 'partitionKey', ordered: true, distribution: 'partition-key', recordTtlMs: 8000 };
      const it = given({ ...settings, lingerMs });
      it.kinesis.latencyMs = 5000;
      it.books.add(it.producer, 'a');
      it.producer.flush();
      it.books.add(it.producer, 'b');
      for (const time of times) {
        await it.environment.run(time);
        it.books.add(it.producer, 'a');
      }
      await settled(it);
      const entries = it.kinesis.requests.flatMap((request) => request.entries);
      return entries.filter(({ PartitionKey }) => PartitionKey === 'a').map(({ userRecordCount }) => userRecordCount);
    };
    expect(await sizes(3000, 900, 3500)).toEqual([1, 2]);
    expect(await sizes(100, 50, 1500)).toEqual([1, 2]);
  });

  test('what has done half its linger goes on filling if nothing has lingered, although a group is busy no more', async () => {
    const it = given({ routing: 'partitionKey', ordered: true, distribution: 'partition-key' });
    it.kinesis.latencyMs = 60;
    it.books.add(it.producer, 'a');
    it.producer.flush();
    it.books.add(it.producer, 'b');
    await it.environment.run(80);
    it.books.add(it.producer, 'b');
    await settled(it);
    expect(it.kinesis.requests.map(({ time, entries }) => [time, entries[0].userRecordCount])).toEqual([
      [0, 1],
      [100, 2],
    ]);
  });

  test('and until there is something to be done, nothing wakes the process', async () => {
    const it = given({ routing: 'partitionKey', ordered: true, distribution: 'partition-key', recordTtlMs: 8000 });
    it.kinesis.latencyMs = 5000;
    it.books.add(it.producer, 'a');
    it.producer.flush();
    it.books.add(it.producer, 'a');
    it.books.add(it.producer, 'b');
    await it.environment.run(110);
    const armed = jest.spyOn(it.environment, 'after');
    // What has lingered went at 100, what is busy fills until 2000; the clock is looked at once a second.
    await it.environment.run(4900);
    expect(armed.mock.calls.length).toBeLessThanOrEqual(6);
    await settled(it);
  });

  test('and closes when that entry has settled, if it has lingered by then', async () => {
    const it = given({ routing: { lanes: 1 }, ordered: true, distribution: 'partition-key', recordTtlMs: 8000 });
    it.kinesis.latencyMs = 1000;
    it.books.put(it.producer, 'a');
    await it.environment.run(200);
    it.books.put(it.producer, 'b');
    await it.environment.run(2200);
    expect(it.books.records.map(({ settled: times }) => times)).toEqual([1, 1]);
    await settled(it);
  });

  test('of 1024 partition keys it is remembered where they went, of those that were used last', async () => {
    const it = given({
      shards: 1,
      routing: 'partitionKey',
      distribution: 'partition-key',
      shardRateLimit: 1,
    });
    const put = (from, end) => {
      for (let i = from; i < end; i++) it.books.put(it.producer, `key-${i}`);
    };
    put(0, 1024);
    await it.environment.run();
    put(0, 1);
    await it.environment.run();
    put(1024, 1025); // takes the place of key-1
    await it.environment.run();
    // A shard that is known takes a burst of a thousand, and then ten a second; one that is not, as many as come.
    put(2, 1025);
    put(0, 1);
    const unknown = it.books.put(it.producer, 'key-1');
    let isSettled = false;
    unknown.then(() => {
      isSettled = true;
    });
    await it.environment.run(it.environment.time + 500);
    expect(isSettled).toBe(true);
    expect(it.producer.metrics().bufferedRecords).toBeGreaterThan(5);
    await settled(it);
  });

  test('at most 500 entries and maxRequestBytes in a request; a larger entry goes alone', async () => {
    const it = given({ routing: 'none', distribution: 'partition-key', maxRequestBytes: 10_000 });
    for (let i = 0; i < 1200; i++) it.books.put(it.producer, `key-${i}`, { bytes: i === 600 ? 20_000 : 2 });
    await settled(it);
    for (const { entries } of it.kinesis.requests) {
      const bytes = entries.reduce((sum, { Data, PartitionKey }) => sum + Data.length + PartitionKey.length, 0);
      expect(entries.length).toBeLessThanOrEqual(500);
      expect(bytes <= 10_000 || entries.length === 1).toBe(true);
    }
  });

  test.each([
    ['none', { ...PLAIN, routing: 'none' }, [0, 1], [110, 9]],
    // An aggregate is full when a record comes that it cannot take; the last one lingers open.
    ['pinned', { ...PLAIN, maxUserRecords: 1 }, [10, 1], [110, 8], [190, 1]],
  ])('a busy producer collects what could go, until the oldest of it has lingered: %s', async (_, options, ...sent) => {
    const it = given(options);
    it.kinesis.latencyMs = 1000;
    for (let i = 0; i < 10; i++) {
      it.books.put(it.producer, `key-${i}`);
      await it.environment.run(10 * (i + 1));
    }
    await settled(it);
    expect(it.kinesis.requests.map(({ time, entries }) => [time, entries.length])).toEqual(sent);
  });

  test('parts of a request that was refused go before what came after it', async () => {
    const it = given({ ...PLAIN, routing: 'none', maxInFlightRequests: 1 });
    it.kinesis.latencyMs = 50;
    it.kinesis.fault = ({ number }) => (number === 1 ? { throws: () => sdkError('ValidationException', 400) } : {});
    it.books.put(it.producer, 'a');
    await it.environment.run(10);
    for (const key of ['b', 'c']) it.books.put(it.producer, key);
    await it.environment.run(60);
    it.books.put(it.producer, 'd');
    await settled(it);
    const sent = it.kinesis.requests.map(({ entries }) => entries.map(({ PartitionKey }) => PartitionKey).join(''));
    expect(sent).toEqual(['a', 'bc', 'b', 'c', 'd']);
  });

  test('a linger of seconds takes no longer than it says', async () => {
    const it = given({ ...PLAIN, lingerMs: 5000 });
    it.books.put(it.producer, 'a');
    await settled(it);
    expect(it.kinesis.requests[0].time).toBe(5000);
  });

  test('after an hour of nothing, a record lingers no longer than others', async () => {
    const it = given(PLAIN);
    it.books.put(it.producer, 'a');
    await it.environment.run();
    it.environment.freeze(3_600_000);
    const began = it.environment.time;
    it.books.put(it.producer, 'b');
    await settled(it);
    expect(it.kinesis.requests[1].time - began).toBe(100);
  });

  test("explicitHashKeys 'ignore' holds for records that go alone as well", async () => {
    const explicitHashKey = '7';
    for (const [explicitHashKeys, sent] of Object.entries({ keep: '7', ignore: undefined })) {
      const it = given({ ...PLAIN, routing: 'none', explicitHashKeys });
      it.producer.add({ partitionKey: 'a', data: 'x', explicitHashKey });
      await it.environment.run();
      expect(it.kinesis.requests[0].entries[0].ExplicitHashKey).toBe(sent);
    }
  });

  test('an idle producer sends a full aggregate at once', async () => {
    const it = given({ ...PLAIN, maxUserRecords: 10 });
    for (let i = 0; i < 11; i++) it.books.put(it.producer, `key-${i}`);
    await it.environment.run(1);
    expect(it.kinesis.requests).toHaveLength(1);
    await settled(it);
  });

  test('in the middle of a turn, a request begins as soon as there is one', async () => {
    const it = given(PLAIN);
    for (let i = 0; i < 60; i++) it.books.add(it.producer, 'a', { bytes: 51_000 });
    expect(it.kinesis.requests.length).toBeGreaterThan(1);
    await settled(it);
  });
});

describe('who is told', () => {
  test('a put, by its promise, of its own record alone', async () => {
    const it = given(PLAIN);
    it.kinesis.fault = () => REFUSED;
    for (let i = 0; i < 3; i++) it.books.put(it.producer, `key-${i}`);
    it.books.add(it.producer, 'added');
    const error = await it.environment.settle(rejected(it.producer.flush()));
    expect(error).toBeInstanceOf(ProducerError);
    expect(error).toBeInstanceOf(KplError);
    expect(error).toMatchObject({
      name: 'ProducerError',
      code: 'ERR_KPL_FAILED',
      errors: [{ code: 'ERR_KPL_REFUSED' }],
    });
    expect(error.message).toContain('1 user records');
    expect(error.errors[0].entry).toBeUndefined();
    it.books.note(error);
    await settled(it);
    // Told once: the next one has nothing to tell.
    await it.environment.settle(it.producer.close());
  });

  test('onFailure, once for each entry, with the entry', async () => {
    const failures = [];
    const it = given({ ...PLAIN, onFailure: (error) => failures.push(error) });
    it.kinesis.fault = () => REFUSED;
    for (let i = 0; i < 5; i++) it.books.add(it.producer, `key-${i}`);
    await it.environment.settle(it.producer.flush());
    expect(failures).toHaveLength(1);
    expect(failures[0].entry.userRecordCount).toBe(5);
    it.books.told.push(...failures);
    await settled(it);
    expect(it.books.errors).toEqual([]);
  });

  test('an onFailure that throws changes nothing', async () => {
    const it = given({
      ...PLAIN,
      onFailure() {
        throw new TypeError('mine');
      },
    });
    it.kinesis.fault = () => REFUSED;
    it.producer.add({ partitionKey: 'a', data: 'x' });
    await it.environment.settle(it.producer.flush());
    expect(it.books.errors).toMatchObject([{ message: 'onFailure has thrown', fields: { error: 'TypeError' } }]);
  });

  test('a failure that nobody hears of is logged at once, once a minute with the count', async () => {
    const it = given({ ...PLAIN, maxUserRecords: 1 });
    it.kinesis.fault = () => REFUSED;
    for (let i = 0; i < 3; i++) it.producer.add({ partitionKey: 'a', data: 'x' });
    await it.environment.run(1000);
    expect(it.books.errors).toHaveLength(1);
    it.environment.freeze(61_000);
    it.producer.add({ partitionKey: 'a', data: 'x' });
    await it.environment.run();
    expect(it.books.errors).toHaveLength(2);
    expect(it.books.errors[1].fields).toMatchObject({ code: 'ERR_KPL_REFUSED', count: 3 });
    expect(JSON.stringify(it.books.errors)).not.toContain('"x"');
    const error = await it.environment.settle(rejected(it.producer.flush()));
    expect(error.errors).toHaveLength(4);
  });

  test('of what waits for a flush, 100 errors are kept and all are counted', async () => {
    const it = given({ ...PLAIN, maxUserRecords: 1 });
    it.kinesis.fault = () => REFUSED;
    for (let i = 0; i < 150; i++) it.producer.add({ partitionKey: 'a', data: 'x' });
    const error = await it.environment.settle(rejected(it.producer.flush()));
    expect(error.errors).toHaveLength(100);
    expect(error.message).toContain('150 user records');
  });

  test('an error of many says whether any of them may be stored', async () => {
    const it = given({ ...PLAIN, recordTtlMs: 500 });
    for (const throws of [() => sdkError('ServiceUnavailable', 503), () => sdkError('AccessDeniedException', 400)]) {
      it.kinesis.fault = () => ({ throws });
      it.producer.add({ partitionKey: 'a', data: 'x' });
      const error = await it.environment.settle(rejected(it.producer.flush()));
      expect(error.mayBeStored).toBe(throws().name === 'ServiceUnavailable');
    }
  });

  test('or 8 MiB of them; what was told makes room for more', async () => {
    const it = given(PLAIN);
    it.kinesis.fault = () => REFUSED;
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 20; i++) it.producer.add({ partitionKey: 'a', data: 'x'.repeat(900_000) });
      const error = await it.environment.settle(rejected(it.producer.flush()));
      expect(error.errors).toHaveLength(9);
      expect(error.message).toContain('20 user records');
    }
    await it.environment.settle(it.producer.flush());
  });

  test('a put that was cut off counts as added', async () => {
    const it = given(PLAIN);
    it.kinesis.fault = () => REFUSED;
    const abort = new AbortController();
    const put = rejected(it.producer.put({ partitionKey: 'a', data: 'x' }, { signal: abort.signal }));
    abort.abort(new Error('enough'));
    expect(await put).toEqual(new Error('enough'));
    const error = await it.environment.settle(rejected(it.producer.flush()));
    expect(error.errors[0].userRecords).toMatchObject([{ partitionKey: 'a' }]);
  });
});

describe('putAll', () => {
  const sourceOf = (count, log = []) =>
    (async function* () {
      try {
        for (let i = 0; i < count; i++) yield { partitionKey: `key-${i}`, data: String(i) };
      } finally {
        log.push('ended');
      }
    })();

  test.each([['an array'], ['an async iterable']])('of %s', async (kind) => {
    const it = given(PLAIN);
    const array = Array.from({ length: 50 }, (_, i) => ({ partitionKey: `key-${i}`, data: '' }));
    const source = kind === 'an array' ? array : sourceOf(50);
    expect(await it.environment.settle(it.producer.putAll(source))).toEqual({ userRecords: 50 });
    expect(it.environment.time).toBeLessThan(10); // nothing lingers once the source has ended
  });

  test('of nothing', async () => {
    expect(await given(PLAIN).producer.putAll([])).toEqual({ userRecords: 0 });
  });

  test('of what is no iterable', async () => {
    await expect(given(PLAIN).producer.putAll(7)).rejects.toMatchObject({ code: 'ERR_KPL_DATA' });
  });

  test('pulls no more than there is room for', async () => {
    const it = given({ ...PLAIN, maxBufferedRecords: 10 });
    let pulled = 0;
    const endless = (function* () {
      for (;;) {
        pulled++;
        yield { partitionKey: 'a', data: '' };
      }
    })();
    const abort = new AbortController();
    it.kinesis.fault = () => ({ hangs: 'until abort' });
    const putting = rejected(it.producer.putAll(endless, { signal: abort.signal }));
    await it.environment.run(1000);
    expect(pulled).toBe(11);
    abort.abort();
    expect(await putting).toMatchObject({ name: 'AbortError' });
    expect(endless.next()).toMatchObject({ done: true }); // it was ended
  });

  test('rejects with what its source throws, and ends nothing', async () => {
    const it = given(PLAIN);
    const broken = (async function* () {
      yield { partitionKey: 'a', data: 'x' };
      throw new RangeError('source');
    })();
    expect(await it.environment.settle(rejected(it.producer.putAll(broken)))).toBeInstanceOf(RangeError);
    await it.environment.settle(it.producer.flush());
    expect(it.kinesis.records).toHaveLength(1);
  });

  test.each([
    ['ERR_KPL_DATA', { partitionKey: 'a', data: 7 }],
    ['ERR_KPL_PARTITION_KEY', { partitionKey: '', data: 'x' }],
    ['ERR_KPL_RECORD_TOO_LARGE', { partitionKey: 'a', data: 'x'.repeat(1_048_577) }],
  ])('ends its source at a bad record, whose place the error has: %s', async (code, bad) => {
    const it = given(PLAIN);
    const log = [];
    const source = (async function* () {
      try {
        yield { partitionKey: 'a', data: 'x' };
        yield bad;
      } finally {
        log.push('ended');
      }
    })();
    const error = await it.environment.settle(rejected(it.producer.putAll(source)));
    expect(error).toMatchObject({ code, recordIndex: 1 });
    await it.environment.run();
    expect(log).toEqual(['ended']);
  });

  test('stops when 100 failures have come together', async () => {
    const it = given({ ...PLAIN, maxUserRecords: 1, maxBufferedRecords: 20 });
    it.kinesis.fault = () => REFUSED;
    const log = [];
    const error = await it.environment.settle(rejected(it.producer.putAll(sourceOf(10_000, log))));
    expect(error.code).toBe('ERR_KPL_FAILED');
    expect(error.errors.length).toBeGreaterThanOrEqual(100);
    expect(error.errors.length).toBeLessThan(150);
    expect(log).toEqual(['ended']);
  });

  test('and when 8 MiB have failed', async () => {
    const it = given({ ...PLAIN, maxBufferedRecords: 2 });
    it.kinesis.fault = () => REFUSED;
    const large = Array.from({ length: 30 }, () => ({ partitionKey: 'a', data: 'x'.repeat(900_000) }));
    const error = await it.environment.settle(rejected(it.producer.putAll(large)));
    expect(error.errors.length).toBeGreaterThanOrEqual(10);
    expect(error.errors.length).toBeLessThan(15);
  });

  test.each([1, 10])(
    'with onFailure, failures go there and do not stop it: %d user records each',
    async (maxUserRecords) => {
      const failures = [];
      const it = given({
        ...PLAIN,
        maxUserRecords,
        maxBufferedRecords: 20,
        onFailure: (error) => failures.push(error),
      });
      it.kinesis.fault = () => REFUSED;
      const error = await it.environment.settle(rejected(it.producer.putAll(sourceOf(300))));
      expect(failures).toHaveLength(300 / maxUserRecords);
      expect(error).toMatchObject({ code: 'ERR_KPL_FAILED', errors: [] });
      expect(error.message).toMatch(/^300 user records were not stored/);
    },
  );

  test('two that fail in one entry have an error each, with all of its own', async () => {
    const it = given(PLAIN);
    it.kinesis.fault = () => REFUSED;
    const named = async function* (name) {
      for (let i = 0; i < 3; i++) yield { partitionKey: 'a', data: `${name}${i}` };
    };
    const putting = ['x', 'y'].map((name) => rejected(it.producer.putAll(named(name))));
    const errors = await it.environment.settle(Promise.all(putting));
    expect(it.kinesis.requests).toHaveLength(1);
    expect(
      errors.map(({ errors: [{ userRecords }, ...more] }) => [String(userRecords.map(({ data }) => data)), ...more]),
    ).toEqual([['x0,x1,x2'], ['y0,y1,y2']]);
  });

  describe('a source that is an iterator written by hand', () => {
    /** One whose third step is what is given, and that notes whether it was ended. */
    const third = (step, log) => ({
      [Symbol.iterator]() {
        let steps = 0;
        return {
          next: () => (++steps === 3 ? step() : { done: false, value: { partitionKey: 'a', data: 'x' } }),
          return: () => log.push(`ended after ${steps}`),
        };
      },
    });

    test('is not ended when it throws', async () => {
      const [it, log] = [given(PLAIN), []];
      const throws = () => {
        throw new RangeError('source');
      };
      expect(await it.environment.settle(rejected(it.producer.putAll(third(throws, log))))).toBeInstanceOf(RangeError);
      expect(log).toEqual([]);
    });

    test('is ended when the signal aborts while it is pulled', async () => {
      const [it, log, abort] = [given(PLAIN), [], new AbortController()];
      const aborts = () => {
        abort.abort();
        return { done: false, value: { partitionKey: 'a', data: 'x' } };
      };
      const putting = rejected(it.producer.putAll(third(aborts, log), { signal: abort.signal }));
      expect(await it.environment.settle(putting)).toMatchObject({ name: 'AbortError' });
      expect(log).toEqual(['ended after 3']);
    });

    test('is ended when the signal aborts while it is waited for', async () => {
      const [it, log, abort] = [given(PLAIN), [], new AbortController()];
      const source = third(() => new Promise(() => {}), log);
      const putting = rejected(it.producer.putAll(source, { signal: abort.signal }));
      await it.environment.run(10);
      abort.abort();
      expect(await it.environment.settle(putting)).toMatchObject({ name: 'AbortError' });
      expect(log).toEqual(['ended after 3']);
    });

    test('is asked for nothing after its end', async () => {
      const [it, log] = [given(PLAIN), []];
      const source = third(() => ({ done: true, value: undefined }), log);
      expect(await it.environment.settle(it.producer.putAll(source))).toEqual({ userRecords: 2 });
      expect(log).toEqual([]);
    });
  });

  test('the time of a record counts from its taking', async () => {
    const it = given({ ...PLAIN, maxBufferedRecords: 1, recordTtlMs: 1000 });
    it.kinesis.latencyMs = 600;
    it.kinesis.fault = ({ number }) =>
      number % 2 === 0 ? { entries: () => ({ code: 'ProvisionedThroughputExceededException' }) } : {};
    expect(await it.environment.settle(it.producer.putAll(sourceOf(5)))).toEqual({ userRecords: 5 });
  });
});

describe('room', () => {
  test('add gives a promise while there is none, and put waits', async () => {
    const it = given({ ...PLAIN, maxBufferedRecords: 2 });
    const record = { partitionKey: 'a', data: 'x' };
    expect([it.producer.add(record), it.producer.add(record)]).toEqual([undefined, undefined]);
    const waiting = it.producer.add(record);
    expect(waiting).toBeInstanceOf(Promise);
    expect(it.producer.metrics()).toMatchObject({ bufferedRecords: 2, waitingPuts: 1 });
    expect(await it.environment.settle(waiting)).toBeUndefined();
    await it.environment.run();
    expect(it.kinesis.records.length).toBe(2);
  });

  test('add throws for what the call got wrong, and rejects for what it did not', async () => {
    const it = given({ ...PLAIN, maxBufferedRecords: 1, maxBufferedBytes: 100 });
    const record = { partitionKey: 'a', data: 'x'.repeat(60) };
    it.producer.add(record);
    const waiting = it.producer.add(record);
    await expect(it.producer.add(record)).rejects.toMatchObject({ code: 'ERR_KPL_BUFFER_FULL' });
    await expect(it.producer.add(record, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(() => it.producer.add({ partitionKey: 'a', data: 7 })).toThrow(KplError);
    await it.environment.settle(waiting);
    await it.environment.settle(it.producer.close());
    expect(() => it.producer.add(record)).toThrow(expect.objectContaining({ code: 'ERR_KPL_CLOSED' }));
  });

  test('room that is found while a record is put lets it in at once', async () => {
    for (const verb of ['add', 'putAll']) {
      const it = given({ ...PLAIN, lingerMs: 0, maxBufferedRecords: 1, recordTtlMs: 150, requestTimeoutMs: 500 });
      it.kinesis.fault = ({ number }) => (number === 0 ? { hangs: 'until abort' } : {});
      const first = rejected(it.producer.put({ partitionKey: 'a', data: 'expires' }));
      await it.environment.run(1);
      // The time of the request is over, and nobody has looked.
      it.environment.freeze(50_000);
      const record = { partitionKey: 'a', data: 'x' };
      await it.environment.settle(Promise.resolve(it.producer[verb](verb === 'add' ? record : [record, record])));
      expect(await first).toMatchObject({ code: 'ERR_KPL_EXPIRED' });
    }
  });

  test('data is copied, also of a record that waits', async () => {
    const it = given({ ...PLAIN, maxBufferedRecords: 1 });
    const data = Buffer.from('before');
    const puts = [it.producer.put({ partitionKey: 'a', data }), it.producer.put({ partitionKey: 'a', data })];
    data.fill('x');
    await it.environment.settle(Promise.all(puts));
    for (const { Data } of it.kinesis.records) expect(Data.includes('before')).toBe(true);
  });

  test.each(['pinned', 'none'])(
    'who waits for room does not wait for the linger of what is there: %s',
    async (routing) => {
      const it = given({ ...PLAIN, routing, lingerMs: 5000, maxBufferedRecords: 1 });
      it.books.put(it.producer, 'a');
      it.books.put(it.producer, 'b');
      await it.environment.run(100);
      expect(it.books.records[0].settled).toBe(1);
      await settled(it);
    },
  );

  test('the time for which a record waits for room is part of its linger', async () => {
    const it = given({ ...PLAIN, maxBufferedRecords: 2 });
    it.kinesis.latencyMs = 300;
    it.books.put(it.producer, 'a');
    await it.environment.run(100);
    it.books.put(it.producer, 'b');
    await it.environment.run(10);
    // The last one waits for the room that the first leaves at 400, and is due at 210.
    it.books.put(it.producer, 'c');
    await settled(it);
    expect(it.kinesis.requests.map(({ time }) => time)).toEqual([100, 200, 400]);
  });

  test('one record larger than the whole buffer passes when it is empty', async () => {
    const it = given({ ...PLAIN, maxBufferedBytes: 10 });
    it.books.put(it.producer, 'a', { bytes: 1000 });
    it.books.put(it.producer, 'b', { bytes: 1000 });
    await settled(it);
    expect(it.books.records.every(({ result }) => result)).toBe(true);
  });

  test('a waiting record is withdrawn by its signal', async () => {
    const it = given({ ...PLAIN, maxBufferedRecords: 1 });
    it.books.put(it.producer, 'a');
    const abort = new AbortController();
    const put = rejected(it.producer.put({ partitionKey: 'b', data: 'never' }, { signal: abort.signal }));
    const add = rejected(it.producer.add({ partitionKey: 'b', data: 'never' }, { signal: abort.signal }));
    abort.abort();
    expect(await put).toMatchObject({ name: 'AbortError' });
    expect(await add).toMatchObject({ name: 'AbortError' });
    await settled(it);
    expect(it.kinesis.records).toHaveLength(1);
  });

  test('a record that queues behind another of its group expires at its time', async () => {
    const it = given({ routing: { lanes: 1 }, ordered: true, distribution: 'partition-key', recordTtlMs: 1000 });
    it.kinesis.latencyMs = 5000;
    for (const key of ['a', 'b']) {
      it.books.put(it.producer, key);
      await it.environment.run(it.environment.time + 200);
    }
    await it.environment.run(1199);
    expect(it.producer.metrics().userRecords.expired).toBe(0);
    await it.environment.run(1201);
    expect(it.books.records[1].error).toMatchObject({ code: 'ERR_KPL_EXPIRED', attempts: [] });
    expect(it.producer.metrics().userRecords.expired).toBe(1);
    await settled(it);
  });

  test('a record that waits too long expires untried', async () => {
    const it = given({ ...PLAIN, maxBufferedRecords: 1, recordTtlMs: 1500 });
    it.kinesis.latencyMs = 5000;
    it.books.put(it.producer, 'a');
    let at;
    const put = rejected(it.producer.put({ partitionKey: 'b', data: 'x' })).finally(() => {
      at = it.environment.time;
    });
    const error = it.environment.settle(put);
    expect(await error).toMatchObject({ code: 'ERR_KPL_EXPIRED', attempts: [], userRecords: [] });
    expect((await error).cause).toBeUndefined();
    expect(at).toBe(1500);
    await settled(it);
  });
});

describe('flush and close', () => {
  test('put never throws, add does', async () => {
    const { producer } = given(PLAIN);
    await expect(producer.put({ partitionKey: '', data: '' })).rejects.toMatchObject({ code: 'ERR_KPL_PARTITION_KEY' });
    await expect(producer.put()).rejects.toMatchObject({ code: 'ERR_KPL_DATA' });
    expect(() => producer.add({ partitionKey: '', data: '' })).toThrow(KplError);
    expect(producer.metrics().userRecords.taken).toBe(0);
  });

  test.each(['pinned', 'none'])('what waits for room when flush is called does not linger: %s', async (routing) => {
    const it = given({ ...PLAIN, routing, lingerMs: 5000, maxBufferedRecords: 2 });
    for (let i = 0; i < 4; i++) it.books.add(it.producer, `key-${i}`);
    await it.environment.settle(it.producer.flush());
    expect(it.environment.time).toBeLessThan(1000);
    await settled(it);
  });

  test('flush waits for what waits for room', async () => {
    const it = given({ ...PLAIN, maxBufferedRecords: 2 });
    for (let i = 0; i < 9; i++) it.books.put(it.producer, `key-${i}`);
    await it.environment.settle(it.producer.flush());
    expect(it.books.records.every(({ result }) => result)).toBe(true);
    await settled(it);
  });

  test('what queues behind another of its group does not linger after flush', async () => {
    const it = given({
      routing: { lanes: 4 },
      ordered: true,
      distribution: 'partition-key',
      lingerMs: 5000,
      maxUserRecords: 1,
    });
    // One after the other, while a request of another group keeps the producer busy.
    const [first, other] = ['key-0', 'key-1'];
    it.kinesis.fault = ({ entries }) => ({ latencyMs: entries[0].Data.includes('busy') ? 3000 : 500 });
    it.producer.add({ partitionKey: other, data: 'busy' });
    for (let i = 0; i < 3; i++) it.producer.add({ partitionKey: first, data: 'x' });
    await it.environment.settle(it.producer.flush());
    expect(it.environment.time).toBeLessThanOrEqual(3000);
    expect(it.kinesis.records).toHaveLength(4);
  });

  test('two flushes are both over when what was put before them is settled', async () => {
    const it = given(PLAIN);
    it.books.put(it.producer, 'a');
    const flushes = [it.producer.flush(), it.producer.flush()];
    await it.environment.settle(Promise.all(flushes));
    await settled(it);
  });

  test('a signal has one listener, and none when nothing is left for it to cut off', async () => {
    const it = given({ ...PLAIN, maxBufferedRecords: 3 });
    it.kinesis.fault = ({ number }) => (number === 0 ? REFUSED : {});
    const { signal } = new AbortController();
    const record = { partitionKey: 'a', data: 'x' };
    const puts = Array.from({ length: 5 }, () => rejected(it.producer.put(record, { signal })));
    const added = it.producer.add(record, { signal });
    const flush = rejected(it.producer.flush({ signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await it.environment.settle(Promise.all([...puts, added, flush]));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('flush gives up waiting at its signal, and the sending goes on', async () => {
    const it = given(PLAIN);
    it.books.put(it.producer, 'a');
    const abort = new AbortController();
    const flushed = rejected(it.producer.flush({ signal: abort.signal }));
    abort.abort();
    expect(await flushed).toMatchObject({ name: 'AbortError' });
    await settled(it);
    expect(it.kinesis.records).toHaveLength(1);
  });

  test('close refuses, lets in what waits, and gives the same promise', async () => {
    const it = given({ ...PLAIN, maxBufferedRecords: 1 });
    for (let i = 0; i < 4; i++) it.books.put(it.producer, `key-${i}`);
    const closed = it.producer.close();
    expect(it.producer.close()).toBe(closed);
    expect(() => it.producer.add({ partitionKey: 'a', data: '' })).toThrow(
      expect.objectContaining({ code: 'ERR_KPL_CLOSED' }),
    );
    await expect(it.producer.put({ partitionKey: 'a', data: '' })).rejects.toMatchObject({ code: 'ERR_KPL_CLOSED' });
    await it.environment.settle(closed);
    expect(it.kinesis.records).toHaveLength(4);
    await settled(it);
  });

  test('await using closes it, where there is such a symbol', async () => {
    const it = given(PLAIN);
    if (Symbol.asyncDispose === undefined) return;
    it.producer.add({ partitionKey: 'a', data: '' });
    await it.environment.settle(it.producer[Symbol.asyncDispose]());
    expect(it.kinesis.records).toHaveLength(1);
  });
});

describe('what the stream is', () => {
  test('under routing shards, each record goes where plain PutRecords would put it', async () => {
    const it = given();
    for (let i = 0; i < 200; i++) it.books.put(it.producer, `key-${i}`);
    await settled(it);
    for (const { partitionKey, result } of it.books.records) {
      expect(result.shardId).toBe(
        it.kinesis.owner({ PartitionKey: partitionKey, ExplicitHashKey: hashKey(partitionKey) }).id,
      );
    }
    expect(it.kinesis.requests[0].entries).toHaveLength(4);
  });

  test('the pace of a shard that is gone is forgotten, and one of the same name begins anew; that of another stays', async () => {
    const it = given({ distribution: 'partition-key', shardRateLimit: 1, lingerMs: 10, recordTtlMs: 60_000 });
    const { kinesis, environment, books, producer } = it;
    await environment.settle(producer.ready());
    const putMegabytes = (shard, count) => {
      const keys = Array.from({ length: 1000 }, (_, i) => `key-${i}`);
      const its = keys.filter((PartitionKey) => kinesis.owner({ PartitionKey }) === shard);
      for (const key of its.slice(0, count)) books.put(producer, key, { bytes: 1_000_000 });
      return shard.id;
    };
    // The whole burst of each.
    const stays = putMegabytes(kinesis.shards[0], 10);
    const gone = putMegabytes(kinesis.shards[3], 10);
    await environment.run(6000);
    for (const shards of [2, 4]) {
      kinesis.recreate(shards);
      for (let i = 0; i < 70; i++) {
        books.put(producer, `key-${i}`);
        await environment.run(environment.time + 100);
      }
    }
    expect(kinesis.listed).toBe(3);
    const before = kinesis.records.length;
    expect(putMegabytes(kinesis.shards[0], 5)).toBe(stays);
    expect(putMegabytes(kinesis.shards[3], 5)).toBe(gone);
    await environment.run(environment.time + 1000);
    expect(kinesis.records.slice(before).map(({ shardId }) => shardId)).toEqual(new Array(5).fill(gone));
    await settled(it);
  });

  test('until the map is known, nothing waits for it', async () => {
    const it = given();
    it.kinesis.listFault = (times) => (times <= 2 ? sdkError('LimitExceededException', 400) : undefined);
    for (let i = 0; i < 20; i++) it.books.put(it.producer, `key-${i % 10}`);
    await it.environment.run(150);
    expect(it.kinesis.requests.flatMap(({ entries }) => entries)).toHaveLength(10);
    for (const { entries } of it.kinesis.requests)
      for (const entry of entries) expect(entry.ExplicitHashKey).toBeUndefined();
    await settled(it);
  });

  test('ready goes on asking, although nothing is put', async () => {
    const it = given({ distribution: 'partition-key', requestTimeoutMs: 500 });
    const { listShards } = it.kinesis.client;
    it.kinesis.client.listShards = (input) => {
      it.kinesis.client.listShards = listShards;
      return new Promise(() => input);
    };
    await it.environment.settle(it.producer.ready());
    expect(it.environment.time).toBeLessThan(1600);
    expect(it.environment.armed.size).toBe(0);
  });

  test('without the permission to read it', async () => {
    const it = given();
    it.kinesis.listFault = () => sdkError('AccessDeniedException', 400);
    const error = await it.environment.settle(rejected(it.producer.ready()));
    expect(error).toMatchObject({ code: 'ERR_KPL_STREAM', cause: { name: 'AccessDeniedException' } });
    expect(error.message).toContain('kinesis:ListShards');
    expect(error.message).toContain("'pinned'");
    expect(await rejected(it.producer.put({ partitionKey: 'a', data: '' }))).toBe(error);
    // A permission that comes later helps.
    it.kinesis.listFault = () => undefined;
    it.environment.freeze(6000);
    it.books.put(it.producer, 'a');
    await settled(it);
    expect(it.books.records[0].result).toBeDefined();
    expect(it.kinesis.listed).toBe(2);
  });

  test('ready waits for no shards where they do not matter', async () => {
    const it = given();
    it.kinesis.distribution = 'AUTO';
    it.kinesis.listFault = () => sdkError('LimitExceededException', 400);
    await it.environment.settle(it.producer.ready());
    expect(it.environment.time).toBeLessThan(100);
  });

  test('a stream that is not there', async () => {
    for (const options of [{ routing: 'shards' }, { routing: { lanes: 4 } }]) {
      const it = given(options);
      const gone = () => sdkError('ResourceNotFoundException', 400);
      it.kinesis.listFault = gone;
      it.kinesis.describeFault = gone;
      const error = await it.environment.settle(rejected(it.producer.ready()));
      expect(error).toMatchObject({ code: 'ERR_KPL_STREAM', cause: { name: 'ResourceNotFoundException' } });
      expect(error.message).toContain('no such stream');
    }
  });

  test('13: AUTO from the start: each record goes alone under its own key', async () => {
    const it = given({ routing: { lanes: 4 } });
    it.kinesis.distribution = 'AUTO';
    for (let i = 0; i < 50; i++) it.books.put(it.producer, `key-${i}`);
    await settled(it);
    const entries = it.kinesis.requests.flatMap((request) => request.entries);
    expect(entries.map(({ PartitionKey }) => PartitionKey).sort()).toEqual(
      it.books.records.map(({ partitionKey }) => partitionKey).sort(),
    );
  });

  test('13: AUTO: an explicit hash key says nothing of the shard, and no pace goes by it', async () => {
    const it = given({ shardRateLimit: 1 });
    it.kinesis.distribution = 'AUTO';
    await it.environment.settle(it.producer.ready());
    for (let i = 0; i < 1500; i++) it.books.put(it.producer, `key-${i}`, { explicitHashKey: '7' });
    await it.environment.run(it.environment.time + 1000);
    expect(it.kinesis.records).toHaveLength(1500);
    await settled(it);
  });

  test('13: AUTO under load: what is under way is taken apart when it has to be tried again', async () => {
    const it = given({ routing: 'shards' });
    it.kinesis.fault = ({ time }) =>
      time > 2000 && time < 4000 ? { entries: () => ({ code: 'ProvisionedThroughputExceededException' }) } : {};
    let toldAt;
    for (let i = 0; i < 1000; i++) {
      if (i === 150) it.kinesis.distribution = 'AUTO';
      it.books.put(it.producer, `key-${i % 100}`);
      await it.environment.run(it.environment.time + 20);
      if (toldAt === undefined && it.kinesis.described >= 2) toldAt = it.environment.time;
    }
    await settled(it);
    expect(toldAt).toBeDefined();
    const after = it.kinesis.requests.filter(({ time }) => time > toldAt + 10).flatMap(({ entries }) => entries);
    expect(after.length).toBeGreaterThan(10);
    expect(after.every(({ Data }) => !Data.subarray(0, 4).equals(Buffer.from('f3899ac2', 'hex')))).toBe(true);
    expect(it.books.errors).toMatchObject([{ message: expect.stringContaining('AUTO') }]);
  });

  describe('13: when it turns out to be AUTO', () => {
    const turnsAt = 1200;
    /** A producer that hears of it too late to have waited for it. */
    function turning(options) {
      const it = given({ ...PLAIN, distribution: 'detect', requestTimeoutMs: 10_000, ...options });
      it.kinesis.client.describeStreamSummary = async () => {
        await it.environment.sleep(turnsAt);
        it.kinesis.distribution = 'AUTO';
        return { StreamDescriptionSummary: { RecordDistributionStrategy: 'AUTO' } };
      };
      return it;
    }
    const keysOf = (requests) => requests.flatMap(({ entries }) => entries.map(({ PartitionKey }) => PartitionKey));

    // Such a failure is tried again after half a second at least.
    test.each([
      ['backs off', 5],
      ['is under way and fails', 500],
    ])('what %s goes on apart, once its delay is over', async (_, latencyMs) => {
      const it = turning();
      it.kinesis.fault = ({ number }) =>
        number === 0 ? { latencyMs, throws: () => sdkError('ExpiredTokenException', 400) } : {};
      const keys = ['a', 'b', 'c'];
      for (const key of keys) it.books.put(it.producer, key);
      await settled(it);
      const [together, ...apart] = it.kinesis.requests;
      expect(together).toMatchObject({ time: 1000, entries: [{ userRecordCount: 3 }] });
      expect(keysOf(apart)).toEqual(keys);
      expect(apart).toHaveLength(1);
      expect(apart[0].time).toBeGreaterThanOrEqual(1000 + latencyMs + 500);
      for (const { result } of it.books.records) {
        expect(result.aggregated).toBe(false);
        expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['refused', 'stored']);
      }
    });

    test('what waits for a part of its request goes on apart', async () => {
      const it = turning({ maxUserRecords: 2 });
      it.kinesis.latencyMs = 150;
      it.kinesis.fault = ({ number }) => (number === 0 ? { throws: () => sdkError('ValidationException', 400) } : {});
      const keys = Array.from({ length: 8 }, (_, i) => `key-${i}`);
      for (const key of keys) it.books.put(it.producer, key);
      await settled(it);
      const [whole, half, ...apart] = it.kinesis.requests;
      expect([whole, half].map(({ entries }) => entries.length)).toEqual([4, 2]);
      expect(keysOf(apart)).toEqual(keys.slice(4));
    });

    test('or looks like it: what queues behind others of its group goes on apart', async () => {
      const it = given({ ordered: true, maxUserRecords: 2, lingerMs: 10 });
      const { kinesis, books, environment, producer } = it;
      kinesis.describeFault = () => sdkError('AccessDeniedException', 400);
      await environment.settle(producer.ready());
      // Each shard answers for another one.
      const ids = kinesis.shards.map(({ id }) => id);
      for (const [i, shard] of kinesis.shards.entries()) shard.id = ids[(i + 1) % ids.length];
      kinesis.latencyMs = 50;
      let before;
      const { warn } = books.logger;
      books.logger.warn = (message, fields) => {
        if (message.includes('not aggregated any more')) before = kinesis.requests.length;
        warn(message, fields);
      };
      for (let i = 0; i < 100; i++) {
        for (let j = 0; j < 8; j++) books.put(producer, `key-${(8 * i + j) % 50}`);
        await environment.run(environment.time + 10);
      }
      await settled(it);
      expect(before).toBeGreaterThan(0);
      const after = kinesis.requests.slice(before).flatMap(({ entries }) => entries);
      expect(after.length).toBeGreaterThan(500);
      expect(after.filter(({ Data }) => isAggregated(Data))).toEqual([]);
      expect(books.records.every(({ result }) => result)).toBe(true);
    });

    test('it is said how many user records may be lost: those in aggregates, since the last look at it', async () => {
      const it = given({ routing: 'partitionKey' });
      const put = async (records, key, bytes) => {
        for (let i = 0; i < records; i++) it.books.put(it.producer, key, { bytes });
        await it.environment.run();
      };
      await put(5, 'before');
      it.environment.freeze(301_000);
      await put(3, 'begun by then'); // with a look that says that all is well
      await put(2, 'after');
      await put(1, 'large', 1_048_560); // there is no room for an aggregate around it
      it.kinesis.distribution = 'AUTO';
      it.environment.freeze(301_000);
      await put(1, 'the last');
      expect(it.books.errors).toMatchObject([{ fields: { userRecords: 5 } }]);

      const fromTheStart = given({ ...PLAIN, distribution: 'detect' });
      fromTheStart.kinesis.distribution = 'AUTO';
      fromTheStart.books.put(fromTheStart.producer, 'a');
      await settled(fromTheStart);
      expect(fromTheStart.books.errors).toEqual([]);
    });
  });

  test('13: AUTO cannot keep order', async () => {
    const it = given({ routing: { lanes: 4 }, ordered: true });
    it.kinesis.distribution = 'AUTO';
    it.books.put(it.producer, 'a');
    await settled(it);
    expect(it.books.records[0].error).toMatchObject({ code: 'ERR_KPL_STREAM' });
  });

  test('13: without the permission to look: one warning, and stored', async () => {
    const it = given({ routing: { lanes: 4 } });
    it.kinesis.describeFault = () => sdkError('AccessDeniedException', 400);
    for (let i = 0; i < 20; i++) it.books.put(it.producer, `key-${i}`);
    await settled(it);
    expect(it.books.records.every(({ result }) => result.aggregated)).toBe(true);
    expect(it.books.warnings).toHaveLength(1);
    expect(it.kinesis.described).toBe(1);
  });

  test('entries wait a second for the first look, and no longer', async () => {
    const it = given({ routing: 'pinned', requestTimeoutMs: 5000 });
    it.kinesis.client.describeStreamSummary = () => new Promise(() => {});
    it.books.put(it.producer, 'a');
    await it.environment.run(999);
    expect(it.kinesis.requests).toHaveLength(0);
    await settled(it);
    expect(it.kinesis.requests[0].time).toBe(1000);
  });
});

describe('observing', () => {
  test.each([
    [17, 1],
    [17, 4],
    [16, 1],
  ])(
    'whether routing by shards aggregates little is looked at once an hour: %i shards, %i to an entry',
    async (shards, userRecords) => {
      const it = given({ shards, lingerMs: 1 });
      const seconds = async (from, end) => {
        for (let second = from; second < end; second++) {
          for (let i = 0; i < userRecords; i++) it.producer.add({ partitionKey: `key-${second}`, data: '' });
          await it.environment.run(it.environment.time + 1000);
        }
      };
      await it.environment.settle(it.producer.ready());
      await seconds(0, 3590);
      expect(it.books.warnings).toEqual([]);
      await seconds(3590, 3660);
      const isLittle = shards > 16 && userRecords < 4;
      expect(it.books.warnings).toMatchObject(
        isLittle ? [{ fields: { shards, userRecordsPerEntry: userRecords } }] : [],
      );
    },
  );

  test('diagnostics_channel hears of requests and failures', async () => {
    const events = [];
    const listen = (event, name) => events.push([name, event]);
    const names = ['request', 'failure', 'shards'].map((name) => `kinesis-agg:producer:${name}`);
    for (const name of names) channel(name).subscribe(listen);
    try {
      const it = given();
      it.kinesis.fault = ({ number }) => (number === 0 ? REFUSED : {});
      it.books.put(it.producer, 'a', { bytes: 10 });
      await it.environment.run();
    } finally {
      for (const name of names) channel(name).unsubscribe(listen);
    }
    expect(events.map(([name]) => name.split(':')[2])).toEqual(['shards', 'failure', 'request']);
    expect(events[2][1]).toMatchObject({
      stream: 'fake',
      entries: 1,
      userRecords: 1,
      stored: 0,
      failed: 1,
      durationMs: 5,
    });
  });

  test('who hears of a failure finds it settled, and may put again', async () => {
    const it = given(PLAIN);
    it.kinesis.fault = ({ number }) => (number === 0 ? REFUSED : {});
    const buffered = [];
    const listen = () => {
      buffered.push(it.producer.metrics().bufferedRecords);
      it.books.put(it.producer, 'b');
    };
    channel('kinesis-agg:producer:failure').subscribe(listen);
    try {
      it.books.put(it.producer, 'a');
      await settled(it);
    } finally {
      channel('kinesis-agg:producer:failure').unsubscribe(listen);
    }
    expect(buffered).toEqual([0]);
    expect(it.producer.metrics().userRecords).toMatchObject({ taken: 2, stored: 1, failed: 1 });
  });

  test('metrics', async () => {
    const it = given({ ...PLAIN, distribution: 'detect' });
    it.books.put(it.producer, 'a', { bytes: 10 });
    await it.environment.run(60);
    expect(it.producer.metrics()).toMatchObject({ bufferedRecords: 1, oldestRecordAgeMs: 60, inFlightRequests: 0 });
    await settled(it);
    expect(it.producer.metrics()).toMatchObject({
      userRecords: { taken: 1, stored: 1, failed: 0, expired: 0, mayBeDuplicated: 0 },
      entries: { sent: 1, stored: 1, throttled: 0, retried: 0 },
      requests: { sent: 1, failed: 0 },
      bufferingMs: { count: 1, sum: 100, max: 100 },
      requestMs: { count: 1, sum: 5, max: 5 },
    });
  });
});

describe('options', () => {
  const client = { putRecords() {}, listShards() {}, describeStreamSummary() {} };
  test.each([
    [{}, 'client'],
    [{ client: {}, streamName: 's' }, 'putRecords'],
    [{ client }, 'streamName'],
    [{ client, streamName: '' }, 'streamName'],
    [{ client, streamName: 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders' }, 'streamArn'],
    [{ client: { putRecords() {} }, streamName: 's' }, 'listShards'],
    [{ client, streamName: 's', routing: 'first' }, 'routing'],
    [{ client, streamName: 's', routing: { lanes: 0 } }, 'routing.lanes'],
    [{ client, streamName: 's', routing: { lanes: 8, lane: 1 } }, 'did you mean lanes'],
    [{ client, streamName: 's', routing: { shards: [] } }, "'shards' rather than { shards }"],
    [{ client, streamName: 's', routing: 'pinned', ordered: true }, 'ordered'],
    [{ client, streamName: 's', routing: 'none', ordered: true }, 'ordered'],
    [{ client, streamName: 's', lingerMS: 5 }, 'lingerMs'],
    [{ client, streamName: 's', lingerMs: 200, recordTtlMs: 200 }, 'lingerMs'],
    [{ client, streamName: 's', recordTtlMs: 99 }, 'recordTtlMs'],
    [{ client, streamName: 's', maxRecordBytes: 63 }, 'maxRecordBytes'],
    [{ client, streamName: 's', maxAggregateBytes: 2_000_000 }, 'maxAggregateBytes'],
    [{ client, streamName: 's', maxInFlightRequests: 257 }, 'maxInFlightRequests'],
    [{ client, streamName: 's', shardRateLimit: 0 }, 'shardRateLimit'],
    [{ client, streamName: 's', distribution: 'auto' }, 'distribution'],
    [{ client, streamName: 's', onFailure: 1 }, 'onFailure'],
    [{ client, streamName: 's', logger: {} }, 'logger'],
  ])('%j is refused, and the message names %s', (options, named) => {
    expect(() => new KinesisProducer(options)).toThrow(expect.objectContaining({ code: 'ERR_KPL_OPTION' }));
    expect(() => new KinesisProducer(options)).toThrow(named);
  });

  describe.each([
    ['a signal instead of options', AbortSignal.abort(), 'pass { signal }'],
    ['an unknown name', { timeout: 500 }, 'did you mean signal'],
    ['a number as signal', { signal: 500 }, 'signal must be an AbortSignal, got number'],
    ['null as signal', { signal: null }, 'signal must be an AbortSignal, got null'],
    ['null', null, 'options must be an object, got null'],
    ['a number', 500, 'options must be an object, got number'],
  ])('of a call: %s', (_name, options, message) => {
    const refusal = expect.objectContaining({ code: 'ERR_KPL_OPTION', message: expect.stringContaining(message) });
    const record = { partitionKey: 'a', data: 'x' };

    test('add throws and takes nothing', () => {
      const { producer } = given(PLAIN);
      expect(() => producer.add(record, options)).toThrow(refusal);
      expect(producer.metrics().userRecords.taken).toBe(0);
    });

    test.each([
      ['put', (producer) => producer.put(record, options)],
      ['putAll', (producer) => producer.putAll([record], options)],
      ['ready', (producer) => producer.ready(options)],
      ['flush', (producer) => producer.flush(options)],
      ['close', (producer) => producer.close(options)],
    ])('%s rejects, and nothing has happened', async (_, call) => {
      const { producer, environment } = given(PLAIN);
      await expect(call(producer)).rejects.toEqual(refusal);
      expect(producer.metrics().userRecords.taken).toBe(0);
      await environment.settle(producer.put(record));
    });
  });

  test('Infinity is a time to live', async () => {
    const it = given({ ...PLAIN, recordTtlMs: Infinity });
    it.kinesis.fault = ({ time }) => (time < 120_000 ? { throws: () => sdkError('ServiceUnavailable', 503) } : {});
    it.books.put(it.producer, 'a');
    await settled(it);
    expect(it.books.records[0].result.attempts).toHaveLength(20);
  });

  test('both names of a stream are sent', async () => {
    const it = given({ ...PLAIN, streamArn: 'arn' });
    let input;
    const { putRecords } = it.kinesis.client;
    it.kinesis.client.putRecords = (given, options) => {
      input = given;
      return putRecords(given, options);
    };
    it.books.put(it.producer, 'a');
    await settled(it);
    expect(input).toMatchObject({ StreamName: 'fake', StreamARN: 'arn' });
  });
});
