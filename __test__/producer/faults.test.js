'use strict';

// The fault tests of the contract on a fake clock and a fake stream. Beside what each says, the invariants hold.

const { deaggregate, hashKey } = require('../..');
const { expectInvariants, given } = require('../support/producer/bookkeeping');
const { sdkError, systemError } = require('../support/producer/fake-kinesis');

const THROTTLED = 'ProvisionedThroughputExceededException';

/** Puts so many records a second for so long, over so many keys. */
async function load({ environment, books, producer }, { perSecond, ms, keys = 200, bytes = 100, by = 'put' }) {
  const stepMs = 10;
  const perStep = (perSecond * stepMs) / 1000;
  let put = 0;
  for (let at = 0; at < ms; at += stepMs) {
    for (const end = Math.round((perStep * (at + stepMs)) / stepMs); put < end; put++) {
      books[by](producer, `key-${put % keys}`, { bytes });
    }
    await environment.run(environment.time + stepMs);
  }
}

/** All have settled; gives the copies that are stored. */
async function settled(it) {
  await it.environment.run();
  return expectInvariants(it);
}

const isThrottled = () => ({ code: THROTTLED });

test('1: a tenth of the entries is throttled', async () => {
  const it = given({ routing: { lanes: 16 } });
  const { environment, kinesis, books } = it;
  kinesis.fault = ({ time }) =>
    time < 5000 ? { entries: () => (environment.random() < 0.1 ? isThrottled() : undefined) } : {};
  await load(it, { perSecond: 500, ms: 6000 });
  const stored = await settled(it);
  for (const copies of stored.values()) expect(copies).toHaveLength(1);
  expect(books.records.every(({ result }) => result && !result.mayBeDuplicated)).toBe(true);

  // Only what failed is sent again, and after a delay within the formula.
  const failures = new Map();
  let retries = 0;
  for (const { time, entries, answers } of kinesis.requests) {
    for (const [i, { Data }] of entries.entries()) {
      const failed = failures.get(Data);
      if (failed) {
        retries++;
        const base = Math.min(2000, 100 * 2 ** (failed.times - 1));
        expect(time - failed.at).toBeGreaterThanOrEqual(base / 2);
      }
      if (answers[i].ErrorCode) failures.set(Data, { at: time + 5, times: (failed?.times ?? 0) + 1 });
      else failures.delete(Data);
    }
  }
  expect(retries).toBeGreaterThan(20);
  expect(it.producer.metrics().entries).toMatchObject({ retried: retries, throttled: retries });
});

test('2: one shard is throttled for 20 s, then healed', async () => {
  const latencies = async (isFaulty) => {
    const it = given({ routing: { lanes: 16 } });
    const { kinesis } = it;
    const hot = kinesis.shards[0];
    const isHot = (entry) => kinesis.owner(entry) === hot;
    if (isFaulty)
      kinesis.fault = ({ time }) => ({
        entries: (entry) => (time < 20_000 && isHot(entry) ? isThrottled() : undefined),
      });
    await load(it, { perSecond: 300, ms: 21_000, bytes: 300 });
    const stored = await settled(it);
    for (const copies of stored.values()) expect(copies).toHaveLength(1);
    const others = it.books.records.filter(({ result }) => result.shardId !== hot.id);
    const times = others.map(({ result }) => result.attempts.length);
    const late = kinesis.requests.filter(({ time }) => time > 5000 && time < 20_000);
    const tries = late.flatMap(({ entries }) => entries.filter(isHot));
    return {
      triesPerSecond: tries.length / 15,
      bytesPerTry: tries.reduce((sum, { Data }) => sum + Data.length, 0) / tries.length,
      times,
      it,
    };
  };
  const faulty = await latencies(true);
  expect(faulty.times.every((attempts) => attempts === 1)).toBe(true);
  expect(faulty.triesPerSecond * faulty.bytesPerTry).toBeLessThanOrEqual(3 * 51_200);
});

test.each([
  ['is known', { routing: 'shards' }],
  ['has never stored anything, so that it is not known,', { routing: { lanes: 4 } }],
])('2: a shard that %s and throttles is tried with 64 KiB a second, and no other is', async (_, options) => {
  const it = given({ ...options, recordTtlMs: 10_000, distribution: 'partition-key', onFailure() {} });
  const { kinesis, environment, producer } = it;
  const [hot, ...others] = kinesis.shards;
  kinesis.fault = () => ({ entries: (entry) => (kinesis.owner(entry) === hot ? isThrottled() : undefined) });
  await environment.settle(producer.ready());
  await load(it, { perSecond: 600, ms: 8000, bytes: 1000, by: 'add' });
  const perSecond = (shard) => {
    const tried = kinesis.requests.filter(({ time }) => time > 4000).flatMap(({ entries }) => entries);
    const its = tried.filter((entry) => kinesis.owner(entry) === shard);
    return its.reduce((sum, { Data, PartitionKey }) => sum + Data.length + PartitionKey.length, 0) / 4;
  };
  expect(perSecond(hot)).toBeLessThanOrEqual(1.1 * 65_536);
  for (const other of others) expect(perSecond(other)).toBeGreaterThan(100_000);
});

test('3: one shard is throttled for ever', async () => {
  const it = given({ routing: { lanes: 16 }, recordTtlMs: 2000, distribution: 'partition-key' });
  const { environment, kinesis, books, producer } = it;
  const hot = kinesis.shards[0];
  kinesis.fault = () => ({ entries: (entry) => (kinesis.owner(entry) === hot ? isThrottled() : undefined) });
  const ages = [];
  for (let i = 0; i < 200; i++) {
    books.put(producer, `key-${i}`).then((book) => {
      if (book.error) ages.push(environment.time);
    });
  }
  await settled(it);
  const failed = books.records.filter(({ error }) => error);
  expect(failed.length).toBeGreaterThan(20);
  expect(producer.metrics().userRecords).toMatchObject({ failed: failed.length, expired: failed.length });
  for (const age of ages) {
    expect(age).toBeGreaterThanOrEqual(2000);
    expect(age).toBeLessThanOrEqual(2600);
  }
  for (const { error, data } of failed) {
    expect(error).toMatchObject({ code: 'ERR_KPL_EXPIRED', mayBeStored: false });
    expect(error.attempts.length).toBeGreaterThanOrEqual(3);
    expect(error.userRecords.map((userRecord) => String(userRecord.data))).toEqual([data]);
  }
});

describe('3: where shards are not known', () => {
  test.each([
    ['none', { routing: 'none' }],
    ['pinned', { routing: 'pinned', maxUserRecords: 10 }],
    ['pinned, ten entries a second', { routing: 'pinned' }],
  ])('one of four that is throttled for ever slows down no other: %s', async (_, options) => {
    const storedByOthers = async (isFaulty) => {
      const it = given({ ...options, distribution: 'partition-key', recordTtlMs: 4000, onFailure() {} });
      const { kinesis, producer } = it;
      const dead = kinesis.shards[0];
      if (isFaulty)
        kinesis.fault = () => ({ entries: (entry) => (kinesis.owner(entry) === dead ? isThrottled() : undefined) });
      await load(it, { perSecond: 400, ms: 10_000, keys: 1999, bytes: 1000, by: 'add' });
      const { entries } = producer.metrics();
      if (isFaulty) expect(entries.throttled).toBeGreaterThan(10);
      const others = kinesis.records.filter(({ shardId }) => shardId !== dead.id);
      return others.reduce((sum, { Data }) => sum + Data.length, 0);
    };
    expect((await storedByOthers(true)) / (await storedByOthers(false))).toBeGreaterThanOrEqual(0.95);
  });

  describe('a stream that throttles is sent less:', () => {
    /** Of 400 new entries a second, when that share of all tries is throttled. */
    async function triesPerSecond(share) {
      const it = given({ routing: 'none', distribution: 'partition-key', recordTtlMs: 4000, onFailure() {} });
      const { environment, kinesis } = it;
      kinesis.fault = () => ({ entries: () => (environment.random() < share ? isThrottled() : undefined) });
      await load(it, { perSecond: 400, ms: 10_000, bytes: 1000, by: 'add' });
      return Array.from({ length: 9 }, (_, i) => {
        const ofSecond = kinesis.requests.filter(({ time }) => Math.floor(time / 1000) === i + 1);
        return ofSecond.reduce((sum, { entries }) => sum + entries.length, 0);
      });
    }

    // If each entry only backed off, there would be 750 tries a second, and 2000.
    test('half of all entries', async () => expect(Math.min(...(await triesPerSecond(0.5)))).toBeLessThan(600));
    test('all of them', async () => expect(Math.max(...(await triesPerSecond(1)))).toBeLessThanOrEqual(70));
  });
});

test('3: the entry of a failure deaggregates to its user records', async () => {
  const it = given({ routing: 'pinned', recordTtlMs: 2000, distribution: 'partition-key' });
  const { kinesis, books, producer, environment } = it;
  kinesis.fault = () => ({ entries: isThrottled });
  for (let i = 0; i < 10; i++) books.add(producer, `key-${i}`);
  const error = await environment.settle(producer.flush()).catch((rejected) => rejected);
  expect(error).toMatchObject({ code: 'ERR_KPL_FAILED' });
  books.note(error);
  const [failure] = error.errors;
  const { Data, PartitionKey } = failure.entry;
  const userRecords = deaggregate({ Data, PartitionKey, SequenceNumber: '' });
  expect(userRecords.map(({ data }) => String(data))).toEqual(books.records.map(({ data }) => data));
  expect(failure.userRecords).toHaveLength(10);
  await settled(it);
});

test('4: stored, and answered that it failed', async () => {
  const it = given({ routing: 'pinned' });
  const { kinesis, books, producer } = it;
  kinesis.fault = ({ number }) =>
    number === 0 ? { entries: () => ({ code: 'InternalFailure', isStored: true }) } : {};
  for (let i = 0; i < 10; i++) books.put(producer, `key-${i}`);
  const stored = await settled(it);
  for (const copies of stored.values()) expect(copies).toHaveLength(2);
  for (const { result } of books.records) {
    expect(result.mayBeDuplicated).toBe(true);
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'stored']);
  }
});

test.each(['until abort', 'for ever'])('5: stored, and no answer (hangs %s)', async (hangs) => {
  const it = given({ routing: 'pinned', distribution: 'partition-key', requestTimeoutMs: 1000 });
  const { environment, kinesis, books, producer } = it;
  kinesis.fault = ({ number }) => (number === 0 ? { hangs, isStored: true } : {});
  for (let i = 0; i < 10; i++) books.put(producer, `key-${i}`);
  await environment.run(1099);
  expect(kinesis.requests).toHaveLength(1);
  await environment.run(1200);
  expect(kinesis.requests).toHaveLength(2);
  const stored = await settled(it);
  for (const copies of stored.values()) expect(copies).toHaveLength(2);
  expect(books.records.every(({ result }) => result.mayBeDuplicated)).toBe(true);
  expect(producer.metrics().inFlightRequests).toBe(hangs === 'for ever' ? 1 : 0);
});

test('5: a place that is not freed is warned of', async () => {
  const it = given({ routing: 'pinned', distribution: 'partition-key', requestTimeoutMs: 1000 });
  const { kinesis, books } = it;
  kinesis.fault = ({ number }) => (number === 0 ? { hangs: 'for ever' } : {});
  await load(it, { perSecond: 10, ms: 3000 });
  await settled(it);
  expect(books.warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining('does not settle after abort'),
  ]);
});

test('5: an answer that is cut', async () => {
  const it = given({ routing: 'pinned' });
  const { kinesis, books, producer } = it;
  const cut = () => Object.assign(new SyntaxError('Unexpected end of JSON input'), { $metadata: { attempts: 1 } });
  kinesis.fault = ({ number }) => (number === 0 ? { throws: cut, isStored: true } : {});
  books.put(producer, 'key');
  const stored = await settled(it);
  for (const copies of stored.values()) expect(copies).toHaveLength(2);
  expect(books.records[0].result.mayBeDuplicated).toBe(true);
});

test('6: reset before storing, and no connection', async () => {
  const outcome = async (throws) => {
    const it = given({ routing: 'pinned' });
    const { kinesis, books, producer } = it;
    kinesis.fault = ({ number }) => (number === 0 ? { throws } : {});
    books.put(producer, 'key');
    const stored = await settled(it);
    for (const copies of stored.values()) expect(copies).toHaveLength(1);
    return books.records[0].result.mayBeDuplicated;
  };
  expect(await outcome(() => systemError('ECONNRESET', 'read'))).toBe(true);
  expect(await outcome(() => systemError('EHOSTUNREACH', 'read'))).toBe(true);
  expect(await outcome(() => systemError('ECONNREFUSED', 'connect'))).toBe(false);
  expect(await outcome(() => systemError('ENOTFOUND', 'getaddrinfo'))).toBe(false);
  const both = (...errors) => Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' });
  expect(await outcome(() => both(systemError('ECONNREFUSED', 'connect'), systemError('ENETUNREACH', 'connect')))).toBe(
    false,
  );
  expect(await outcome(() => both(systemError('ECONNREFUSED', 'connect'), systemError('ETIMEDOUT', 'connect')))).toBe(
    true,
  );
});

test.each([
  ['503', { throws: () => sdkError('ServiceUnavailable', 503) }],
  ['an empty body', { answer: {} }],
  ['nothing', { answer: undefined }],
  ['null entries', { answer: { Records: [null] } }],
  ['too few entries', { answer: { Records: [] } }],
  ['too many entries', { answer: { Records: [{ SequenceNumber: '1', ShardId: '1' }, {}] } }],
])('7: three times %s', async (_, fault) => {
  const it = given({ routing: 'pinned' });
  const { kinesis, books, producer } = it;
  kinesis.fault = ({ number }) => (number < 3 ? fault : {});
  books.put(producer, 'key');
  await settled(it);
  const { attempts, mayBeDuplicated } = books.records[0].result;
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown', 'stored']);
  expect(mayBeDuplicated).toBe(true);
});

test('8: credentials that expire, and a provider that fails', async () => {
  const it = given({ routing: 'pinned' });
  const { kinesis, books, producer, environment } = it;
  const provider = () => Object.assign(new Error('no credentials'), { name: 'CredentialsProviderError' });
  kinesis.fault = ({ number, time }) => {
    if (number < 2) return { throws: provider };
    return time < 3000 ? { throws: () => sdkError('ExpiredTokenException', 400) } : {};
  };
  for (let i = 0; i < 10; i++) books.put(producer, `key-${i}`);
  await environment.run(3000);
  expect(kinesis.requests.length).toBeLessThanOrEqual(5);
  const stored = await settled(it);
  for (const copies of stored.values()) expect(copies).toHaveLength(1);
  expect(books.records.every(({ result }) => !result.mayBeDuplicated)).toBe(true);
});

test('8: entries that failed together are tried again together', async () => {
  const it = given({ routing: 'none', distribution: 'partition-key' });
  it.kinesis.fault = ({ time }) => (time < 3000 ? { throws: () => sdkError('ExpiredTokenException', 400) } : {});
  for (let i = 0; i < 100; i++) it.books.put(it.producer, `key-${i}`);
  await settled(it);
  expect(it.kinesis.requests.length).toBeLessThanOrEqual(10);
});

test.each(['AccessDeniedException', 'ResourceNotFoundException', 'KMSDisabledException'])('9: %s', async (name) => {
  const it = given({ routing: { lanes: 16 } });
  const { kinesis, books, producer, environment } = it;
  kinesis.fault = () => ({ throws: () => sdkError(name, 400) });
  for (let i = 0; i < 100; i++) books.put(producer, `key-${i}`);
  await environment.run(100 + 5 + 50);
  for (const { error } of books.records) {
    expect(error).toMatchObject({ code: 'ERR_KPL_REFUSED', cause: { name }, mayBeStored: false });
  }
  expect(kinesis.requests).toHaveLength(1);
  await settled(it);
});

test('10: one entry of 500 that is refused fails alone', async () => {
  const it = given({ routing: 'none', distribution: 'partition-key' });
  const { kinesis, books, producer } = it;
  kinesis.fault = ({ entries }) =>
    entries.some(({ PartitionKey }) => PartitionKey === 'key-317')
      ? { throws: () => sdkError('ValidationException', 400) }
      : {};
  for (let i = 0; i < 500; i++) books.put(producer, `key-${i}`);
  const stored = await settled(it);
  const failed = books.records.filter(({ error }) => error);
  expect(failed.map(({ partitionKey }) => partitionKey)).toEqual(['key-317']);
  expect(failed[0].error.attempts).toHaveLength(10);
  for (const [data, copies] of stored) expect(copies).toHaveLength(data === failed[0].data ? 0 : 1);
  expect(kinesis.requests.length).toBeLessThanOrEqual(20);
});

test('10: many in a row that are refused alike fail alone, once something has passed', async () => {
  const it = given({ routing: 'none', distribution: 'partition-key' });
  const { kinesis, books, producer } = it;
  const isAtFault = ({ PartitionKey }) => /^key-1[0-9]$/.test(PartitionKey);
  kinesis.fault = ({ entries }) =>
    entries.some(isAtFault) ? { throws: () => sdkError('ValidationException', 400) } : {};
  for (let i = 0; i < 40; i++) books.put(producer, `key-${i}`);
  await settled(it);
  for (const { error, partitionKey } of books.records) {
    expect(error !== undefined).toBe(isAtFault({ PartitionKey: partitionKey }));
  }
});

test('10: a half whose time is over is not sent', async () => {
  const it = given({ routing: 'none', distribution: 'partition-key', recordTtlMs: 500 });
  const { kinesis, books, producer } = it;
  kinesis.latencyMs = 450;
  kinesis.fault = () => ({ throws: () => sdkError('ValidationException', 400) });
  for (let i = 0; i < 10; i++) books.put(producer, `key-${i}`);
  await settled(it);
  // The first went alone, at once; the others together, 100 ms later.
  expect(kinesis.requests).toHaveLength(2);
  for (const { error } of books.records.slice(1)) {
    expect(error).toMatchObject({ code: 'ERR_KPL_EXPIRED', cause: { name: 'ValidationException' } });
  }
});

test('10: a fault of the stream fails all alike', async () => {
  const it = given({ routing: 'none', distribution: 'partition-key' });
  const { kinesis, books, producer } = it;
  kinesis.fault = () => ({ throws: () => sdkError('ValidationException', 400) });
  for (let i = 0; i < 500; i++) books.put(producer, `key-${i}`);
  await settled(it);
  for (const { error } of books.records) expect(error).toMatchObject({ code: 'ERR_KPL_REFUSED', mayBeStored: false });
  expect(kinesis.requests.length).toBeLessThanOrEqual(30);
});

test.each([['shards'], [{ lanes: 16 }], ['partitionKey'], ['pinned'], ['none']])(
  '11: shards are split and merged under load, routing %j',
  async (routing) => {
    const ordered = routing !== 'pinned' && routing !== 'none';
    const it = given({ routing, ordered });
    const { kinesis } = it;
    await load(it, { perSecond: 300, ms: 1000, keys: 50 });
    kinesis.split(kinesis.openShards[0].id);
    await load(it, { perSecond: 300, ms: 8000, keys: 50 });
    const listedBefore = kinesis.listed;
    kinesis.merge(kinesis.openShards[0].id, kinesis.openShards[1].id);
    await load(it, { perSecond: 300, ms: 8000, keys: 50 });
    const stored = await settled(it);
    for (const copies of stored.values()) expect(copies).toHaveLength(1);
    if (routing !== 'shards') return;
    expect(listedBefore).toBeLessThanOrEqual(3);
    expect(kinesis.listed - listedBefore).toBeLessThanOrEqual(2);
  },
);

test('11: what was sent for a shard that is no more goes before what comes for its children', async () => {
  const it = given({ ordered: true, distribution: 'partition-key', shards: 2 });
  const { environment, kinesis, books, producer } = it;
  const keys = Array.from({ length: 40 }, (_, i) => `key-${i}`);
  // Of the upper half, which will be the shard of another beginning.
  const [one, other] = kinesis.shards.map(({ first: start, last }) =>
    keys.find((key) => (start + last) / 2n < BigInt(hashKey(key)) && BigInt(hashKey(key)) <= last),
  );
  await environment.settle(producer.ready());
  const first = books.put(producer, one);
  kinesis.fault = ({ time }) => ({
    entries: ({ Data }) => (time < 9000 && Data.includes('0:') ? isThrottled() : undefined),
  });
  await environment.run(1000);
  for (const { id } of kinesis.openShards) kinesis.split(id);
  books.put(producer, other); // its answer names a shard that is not known
  await environment.run(7000);
  expect(kinesis.listed).toBe(2);
  const second = books.put(producer, one);
  await environment.run(8000);
  expect(books.records.map(({ settled: times }) => times)).toEqual([0, 1, 0]);
  await settled(it);
  expect((await first).result.attempts.length).toBeGreaterThan(1);
  expect((await second).result.attempts).toHaveLength(1);
});

test('12: the stream is made anew with fewer shards', async () => {
  const requests = async (isRemade) => {
    const it = given();
    const { kinesis } = it;
    await load(it, { perSecond: 300, ms: 3000 });
    const listed = kinesis.listed;
    if (isRemade) kinesis.recreate(2);
    await load(it, { perSecond: 300, ms: 5000 });
    const stored = await settled(it);
    for (const copies of stored.values()) expect(copies).toHaveLength(1);
    expect(kinesis.listed - listed).toBe(isRemade ? 1 : 0);
    return kinesis.requests.length;
  };
  expect(await requests(true)).toBeLessThanOrEqual(1.2 * (await requests(false)));
});

test('15: every answer takes 2 s', async () => {
  const it = given({
    routing: 'none',
    distribution: 'partition-key',
    maxBufferedBytes: 100_000,
    maxInFlightRequests: 4,
  });
  const { kinesis, producer, books } = it;
  kinesis.latencyMs = 2000;
  let most = 0;
  for (let i = 0; i < 1000; i++) {
    books.put(producer, `key-${i}`, { bytes: 68 });
    most = Math.max(most, producer.metrics().bufferedBytes);
  }
  expect(producer.metrics().waitingPuts).toBeGreaterThan(0);
  const promise = producer.add({ partitionKey: 'a', data: 'never stored twice' });
  expect(promise).toBeInstanceOf(Promise);
  books.records.push({ id: -1, data: 'never stored twice', partitionKey: 'a', by: 'add' });
  const stored = await settled(it);
  for (const copies of stored.values()) expect(copies).toHaveLength(1);
  expect(most).toBeLessThanOrEqual(100_000);
  expect(kinesis.mostInFlight).toBeLessThanOrEqual(4);
});

test('15: a dead endpoint', async () => {
  const it = given({
    routing: 'pinned',
    distribution: 'partition-key',
    maxBufferedBytes: 100_000,
    maxInFlightRequests: 4,
  });
  const { kinesis, producer, books, environment } = it;
  kinesis.fault = () => ({ hangs: 'until abort' });
  for (let i = 0; i < 1500; i++) books.put(producer, `key-${i}`, { bytes: 68 });
  await environment.run(10_000);
  expect(producer.metrics().bufferedBytes).toBeLessThanOrEqual(100_000);
  await settled(it);
  expect(kinesis.mostInFlight).toBeLessThanOrEqual(4);
  for (const { error } of books.records) expect(error.code).toBe('ERR_KPL_EXPIRED');
});

describe('an outage', () => {
  const FROM = 2000;
  const UNTIL = 12_000;
  const REFUSED = { throws: () => systemError('ECONNREFUSED', 'connect') };
  const options = { routing: { lanes: 16 }, distribution: 'partition-key' };

  test.each([
    ['no connection', REFUSED, false],
    ['503', { throws: () => sdkError('ServiceUnavailable', 503) }, true],
    ['expired tokens', { throws: () => sdkError('ExpiredTokenException', 400) }, false],
  ])('%s: one request at a time, and no more than without', async (_, fault, mayBeDuplicated) => {
    const requestsWith = async (outage) => {
      const it = given(options);
      it.kinesis.fault = ({ time }) => (time >= FROM && time < UNTIL ? outage : {});
      await load(it, { perSecond: 500, ms: 15_000 });
      const stored = await settled(it);
      for (const copies of stored.values()) expect(copies).toHaveLength(1);
      return { ...it, requests: it.kinesis.requests };
    };
    const without = await requestsWith({});
    const { requests, books } = await requestsWith(fault);
    expect(requests.length).toBeLessThanOrEqual(1.2 * without.requests.length);
    const during = requests.filter(({ time }) => time >= FROM && time < UNTIL);
    expect(during.length).toBeGreaterThan(10);
    expect(during.length).toBeLessThan(25);
    // The stream is back within a second, however long it was gone.
    expect(requests.some(({ time }) => time >= UNTIL && time <= UNTIL + 1000)).toBe(true);
    expect(books.warnings.filter(({ message }) => message.startsWith('requests fail'))).toHaveLength(1);
    // What was not tried cannot be doubled.
    const doubtful = books.records.filter(({ result }) => result.mayBeDuplicated).length;
    if (mayBeDuplicated) expect(doubtful).toBeLessThan(books.records.length / 2);
    else expect(doubtful).toBe(0);
  });

  test('requests that fail together hold nobody back for long', async () => {
    const it = given({ ...options, routing: 'none', lingerMs: 0 });
    const { kinesis, books, producer, environment } = it;
    kinesis.latencyMs = 200;
    kinesis.fault = ({ number }) => (number < 8 ? { throws: () => systemError('ECONNRESET', 'read') } : {});
    for (let i = 0; i < 8; i++) {
      books.put(producer, 'key');
      await environment.run(environment.time + 1);
    }
    await environment.run(202);
    books.put(producer, 'key');
    await environment.run(320);
    expect(kinesis.requests.length).toBeGreaterThan(8);
    await settled(it);
  });

  test('an answer that refuses is none', async () => {
    const it = given({ ...options, routing: 'none', lingerMs: 0 });
    const { kinesis, books, producer, environment } = it;
    kinesis.fault = ({ number }) => (number < 3 ? { throws: () => sdkError('AccessDeniedException', 400) } : {});
    for (let i = 0; i < 4; i++) await environment.settle(books.put(producer, 'key'));
    expect(books.records.map(({ error }) => error?.code)).toEqual([...Array(3).fill('ERR_KPL_REFUSED'), undefined]);
    // Each as fast as a stream answers that is there.
    expect(environment.time).toBeLessThan(4 * (5 + 2));
    expect(books.warnings).toEqual([]);
    await settled(it);
  });

  test('what expires untried says why', async () => {
    const it = given({ ...options, recordTtlMs: 500 });
    const { kinesis, books } = it;
    kinesis.fault = () => REFUSED;
    await load(it, { perSecond: 200, ms: 5000 });
    await settled(it);
    const untried = books.records.filter(({ error }) => error.attempts.length === 0);
    expect(untried.length).toBeGreaterThan(0);
    for (const { error } of untried) {
      expect(error.code).toBe('ERR_KPL_EXPIRED');
      expect(error.message).toMatch(/never tried, since requests fail$/);
    }
  });
});

test('15: flush does not wait for what has expired while it waited for room', async () => {
  const it = given({ routing: 'pinned', distribution: 'partition-key', maxBufferedRecords: 1, recordTtlMs: 1000 });
  const { environment, kinesis, producer, books } = it;
  kinesis.latencyMs = 5000;
  for (let i = 0; i < 3; i++) books.put(producer, `key-${i}`);
  await environment.settle(producer.flush());
  const [{ result }, ...others] = books.records;
  expect(result).toBeDefined();
  for (const { error } of others) expect(error).toMatchObject({ code: 'ERR_KPL_EXPIRED', attempts: [] });
  await settled(it);
});

test('16: far more unawaited puts in one turn than there is room for', async () => {
  const { environment, kinesis, producer } = given({
    routing: 'pinned',
    distribution: 'partition-key',
    maxBufferedRecords: 1000,
  });
  const outcomes = { stored: 0, full: 0, other: 0 };
  const stored = () => outcomes.stored++;
  const failed = ({ code }) => outcomes[code === 'ERR_KPL_BUFFER_FULL' ? 'full' : 'other']++;
  for (let i = 0; i < 100_000; i++) producer.put({ partitionKey: 'a', data: '' }).then(stored, failed);
  expect(producer.metrics()).toMatchObject({ waitingPuts: 65_536, bufferedRecords: 1000 });
  await environment.run();
  expect(outcomes).toEqual({ stored: 66_536, full: 100_000 - 66_536, other: 0 });
  expect(producer.metrics()).toMatchObject({ waitingPuts: 0, bufferedRecords: 0, userRecords: { stored: 66_536 } });
  expect(kinesis.requests.length).toBeGreaterThan(60);
}, 120_000);

test('17: close gives up at its signal, with all that was taken in hand', async () => {
  const it = given({ routing: { lanes: 4 }, distribution: 'partition-key', maxBufferedRecords: 50 });
  const { environment, kinesis, producer, books } = it;
  kinesis.fault = () => ({ hangs: 'for ever' });
  for (let i = 0; i < 30; i++) books.put(producer, `key-${i}`);
  for (let i = 0; i < 20; i++) books.add(producer, `key-${i}`);
  await environment.run(200);
  for (let i = 0; i < 10; i++) books.put(producer, `key-${i}`); // these wait
  const abort = new AbortController();
  environment.after(500, () => abort.abort());
  const error = await environment.settle(producer.close({ signal: abort.signal })).catch((rejected) => rejected);
  expect(environment.time).toBeLessThanOrEqual(800);
  expect(error).toMatchObject({ code: 'ERR_KPL_ABORTED', mayBeStored: true });
  const handedBack = error.errors.flatMap(({ userRecords }) => userRecords.map(({ data }) => String(data)));
  expect(handedBack.sort()).toEqual(
    books.records
      .slice(0, 50)
      .map(({ data }) => data)
      .sort(),
  );
  for (const { by, error: own } of books.records) if (by === 'put') expect(own.code).toBe('ERR_KPL_ABORTED');
  await environment.run();
  expect(books.errors).toEqual([]); // they are in hand: nothing is to be logged
  expect(producer.metrics()).toMatchObject({ bufferedRecords: 0, waitingPuts: 0 });
  expect(environment.armed.size).toBe(0);
});

test('18: standing still expires nothing', async () => {
  const it = given({ routing: 'pinned', distribution: 'partition-key', recordTtlMs: 30_000 });
  const { environment, kinesis, producer, books } = it;
  kinesis.fault = ({ number }) => (number === 0 ? { throws: () => systemError('ECONNRESET', 'read') } : {});
  for (let i = 0; i < 10; i++) books.put(producer, `key-${i}`);
  environment.freeze(40_000);
  await environment.run(environment.time + 102);
  environment.freeze(40_000);
  await settled(it);
  expect(books.records.every(({ result }) => result)).toBe(true);
});

test.each([
  ['an entry', { sdkAttempts: 2, entries: isThrottled }],
  ['a request', { throws: () => sdkError('LimitExceededException', 400, { $metadata: { attempts: 2 } }) }],
])('20: what the SDK has tried before hides what became of %s', async (_, fault) => {
  const it = given({ routing: 'pinned', distribution: 'partition-key' });
  const { kinesis, books, producer } = it;
  kinesis.fault = ({ number }) => (number === 0 ? fault : {});
  books.put(producer, 'key');
  await settled(it);
  const { attempts, mayBeDuplicated } = books.records[0].result;
  expect(attempts).toMatchObject([{ outcome: 'unknown', sdkAttempts: 2 }, { outcome: 'stored' }]);
  expect(mayBeDuplicated).toBe(true);
});

test('20: what the SDK has tried before it was stored may be stored twice', async () => {
  const it = given({ routing: 'pinned', distribution: 'partition-key' });
  const { kinesis, books, producer } = it;
  kinesis.fault = () => ({ sdkAttempts: 2 });
  for (let i = 0; i < 3; i++) books.put(producer, 'key');
  await settled(it);
  for (const { result } of books.records) {
    expect(result).toMatchObject({ mayBeDuplicated: true, attempts: [{ outcome: 'stored', sdkAttempts: 2 }] });
  }
  expect(producer.metrics().userRecords.mayBeDuplicated).toBe(3);
});

test.each([['shards'], ['none']])('a request that is throttled as a whole slows down all: %s', async (routing) => {
  const it = given({ routing, distribution: 'partition-key', lingerMs: 10 });
  const { kinesis, books, producer, environment } = it;
  await environment.settle(producer.ready());
  const shards = routing === 'none' ? 1 : 4;
  const put = (records) => {
    for (let i = 0; i < records; i++) books.put(producer, `key-${i}`, { bytes: 1000 });
  };
  put(20);
  await environment.run(100);
  kinesis.fault = ({ number }) =>
    number === throttled ? { throws: () => sdkError('LimitExceededException', 400) } : {};
  const throttled = kinesis.requests.length;
  put(20);
  await environment.run(200);
  const { entries } = kinesis.requests[throttled];
  expect(producer.metrics().entries.throttled).toBe(entries.length);
  const before = kinesis.records.length;
  put(1500);
  await environment.run(1200);
  const bytes = kinesis.records.slice(before).reduce((sum, { Data }) => sum + Data.length, 0);
  // In a second, twice 10 % and 64 KiB are added to the rate; and what was throttled leaves one entry of the burst.
  expect(bytes).toBeLessThan(shards * (150_000 + 51_200));
  await settled(it);
});

test('22: flush resolves while another loop puts for ever', async () => {
  const it = given({ routing: { lanes: 4 }, distribution: 'partition-key' });
  const { environment, producer, books } = it;
  let isFlushed = false;
  let isOver = false;
  const endless = (async () => {
    while (!isOver) await books.put(producer, 'other');
  })();
  for (let i = 0; i < 10; i++) books.add(producer, `key-${i}`);
  await environment.run(20);
  producer.flush().then(() => {
    isFlushed = true;
  });
  await environment.run(60);
  expect(isFlushed).toBe(true);
  isOver = true;
  await environment.settle(endless);
  await settled(it);
});

test('14: throttles and lost answers, in order', async () => {
  for (const routing of ['shards', { lanes: 8 }, 'partitionKey']) {
    const it = given({ routing, ordered: true, requestTimeoutMs: 500, recordTtlMs: 60_000 });
    it.kinesis.fault = () => {
      if (it.environment.random() < 0.05) return { hangs: 'until abort', isStored: true };
      return { entries: () => (it.environment.random() < 0.3 ? isThrottled() : undefined) };
    };
    await load(it, { perSecond: 300, ms: 3000, keys: 30 });
    await settled(it);
    expect(it.books.records.every(({ result }) => result)).toBe(true);
  }
});
