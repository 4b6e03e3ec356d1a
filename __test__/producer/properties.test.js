'use strict';

// Random records, routings, options, faults and pauses: whatever comes, the invariants hold.

const fc = require('fast-check');
const { expectInvariants, given } = require('../support/producer/bookkeeping');
const { sdkError, systemError } = require('../support/producer/fake-kinesis');

/** `PRODUCER_RUNS=10000 npx jest __test__/producer/properties` is the long form. */
const RUNS = Number(process.env.PRODUCER_RUNS ?? 200);

const options = fc.record(
  {
    routing: fc.constantFrom('shards', 'pinned', 'partitionKey', 'none', { lanes: 1 }, { lanes: 7 }),
    ordered: fc.boolean(),
    distribution: fc.constantFrom('detect', 'partition-key'),
    maxAggregateBytes: fc.constantFrom(64, 200, 51_200),
    maxUserRecords: fc.constantFrom(1, 3),
    maxOpenAggregates: fc.constantFrom(1, 3),
    lingerMs: fc.constantFrom(0, 10, 100),
    recordTtlMs: fc.constantFrom(150, 1000, 30_000, Infinity),
    requestTimeoutMs: fc.constantFrom(100, 500),
    maxRequestBytes: fc.constantFrom(100, 1000),
    maxInFlightRequests: fc.constantFrom(1, 2),
    maxBufferedRecords: fc.constantFrom(1, 5, 20),
    maxBufferedBytes: fc.constantFrom(100, 1000),
    withOnFailure: fc.boolean(),
    firstOrdinal: fc.constantFrom(2 ** 32 - 3, 2 ** 31 - 3),
  },
  { requiredKeys: ['routing'] },
);

const entryFault = fc.constantFrom(
  undefined,
  undefined,
  { code: 'ProvisionedThroughputExceededException' },
  { code: 'InternalFailure' },
  { code: 'InternalFailure', isStored: true },
  { code: 'KMSDisabledException' },
);
const requestFault = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  fc.array(entryFault, { minLength: 1, maxLength: 5 }).map((codes) => ({ entries: (_, i) => codes[i % codes.length] })),
  fc.constantFrom(
    { throws: () => sdkError('ServiceUnavailable', 503) },
    { throws: () => sdkError('ServiceUnavailable', 503), isStored: true },
    { throws: () => sdkError('ThrottlingException', 400) },
    { throws: () => sdkError('ValidationException', 400) },
    { throws: () => sdkError('AccessDeniedException', 400) },
    { throws: () => sdkError('ExpiredTokenException', 400) },
    { throws: () => systemError('ECONNREFUSED', 'connect') },
    { throws: () => systemError('ECONNRESET', 'read'), isStored: true },
    { hangs: 'until abort' },
    { hangs: 'until abort', isStored: true },
    { answer: undefined, isStored: true },
    { answer: { Records: [] } },
    { latencyMs: 300 },
    { latencyMs: 1000 },
    { sdkAttempts: 2 },
  ),
);

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ does: fc.constantFrom('put', 'add'), key: fc.nat(8), bytes: fc.constantFrom(0, 5, 60) }),
    },
    fc.record({ does: fc.constant('put'), key: fc.nat(8), hashKey: fc.nat(3) }),
    fc.record({ does: fc.constant('putAll'), keys: fc.array(fc.nat(8), { maxLength: 8 }) }),
    fc.record({ does: fc.constant('wait'), ms: fc.constantFrom(1, 10, 60, 150, 6000) }),
    fc.record({ does: fc.constantFrom('flush', 'split', 'merge', 'freeze', 'auto') }),
  ),
  { maxLength: 40 },
);

const scenario = fc.record({
  options,
  faults: fc.array(requestFault, { maxLength: 12 }),
  steps,
  seed: fc.nat(),
  shards: fc.constantFrom(1, 3),
  end: fc.constantFrom('close', 'flush', 'abort'),
});

async function play({ options: drawn, faults, steps: played, seed, shards, end }) {
  const { withOnFailure, ...settings } = drawn;
  const keepsOrder = settings.routing !== 'pinned' && settings.routing !== 'none';
  if (!keepsOrder) settings.ordered = false;
  if (settings.lingerMs >= settings.recordTtlMs) settings.lingerMs = 0;
  if (settings.recordTtlMs === Infinity) faults = faults.slice(0, 6);
  const it = given({ seed, shards, ...settings });
  const { environment, kinesis, books } = it;
  if (withOnFailure) {
    const { KinesisProducer } = require('kinesis-agg/producer');
    const { firstOrdinal, ...options } = settings;
    it.producer = new KinesisProducer(
      { client: kinesis.client, streamName: 'fake', logger: books.logger, onFailure: books.onFailure, ...options },
      environment.forProducer,
      firstOrdinal,
    );
  }
  const { producer } = it;
  kinesis.fault = ({ number }) => faults[number];
  const pending = [];
  const noted = (promise) => pending.push(promise.catch((error) => books.note(error)));
  /** A record that was pulled when the producer took no more is in nobody's hands. */
  const orNotTaken = async (all, promise) => {
    try {
      await promise;
    } catch (error) {
      if (['ERR_KPL_CLOSED', 'ERR_KPL_STREAM', 'ERR_KPL_ABORTED'].includes(error.code)) {
        all.filter(({ by }) => by === 'putAll').at(-1).notTaken = error;
      }
      throw error;
    }
  };

  for (const step of played) {
    const keyOf = (key) => `key-${key}`;
    if (step.does === 'put' || step.does === 'add') {
      const { hashKey, bytes } = step;
      books[step.does](producer, keyOf(step.key), {
        bytes,
        explicitHashKey: hashKey && String(BigInt(hashKey) << 125n),
      });
    } else if (step.does === 'putAll') {
      const all = step.keys.map((key) => books.record(keyOf(key)));
      const pulled = (function* () {
        for (const book of all) yield books.pulled(book);
      })();
      noted(orNotTaken(all, producer.putAll(pulled)));
    } else if (step.does === 'wait') {
      await environment.run(environment.time + step.ms);
    } else if (step.does === 'flush') {
      noted(producer.flush());
    } else if (step.does === 'split') {
      kinesis.split(kinesis.openShards[0].id);
    } else if (step.does === 'merge') {
      const [left, right] = kinesis.openShards.sort((a, b) => (a.first < b.first ? -1 : 1));
      if (right) kinesis.merge(left.id, right.id);
    } else if (step.does === 'freeze') {
      environment.freeze(50_000);
    } else if (!settings.ordered) {
      kinesis.distribution = 'AUTO';
    }
  }
  // A record that a putAll has not pulled is in nobody's hands.
  if (end === 'abort') {
    const abort = new AbortController();
    environment.after(50, () => abort.abort());
    const closing = producer.close({ signal: abort.signal }).catch((error) => {
      if (error.code !== 'ERR_KPL_ABORTED') return books.note(error);
      // The one exception: these repeat what promises were told.
      const alreadyTold = new Set(books.told.flatMap(({ userRecords }) => userRecords.map(({ data }) => String(data))));
      for (const { error: own } of books.records)
        for (const each of own?.userRecords ?? []) alreadyTold.add(String(each.data));
      books.handedBack = { errors: error.errors, alreadyTold };
    });
    await environment.run();
    await closing;
  } else {
    noted(producer[end]());
    await environment.run();
    noted(producer.flush());
  }
  await environment.run();
  await Promise.all(pending);
  if (books.handedBack) {
    const told = new Set(books.told.flatMap(({ userRecords }) => userRecords.map(({ data }) => String(data))));
    for (const { error } of books.records) for (const each of error?.userRecords ?? []) told.add(String(each.data));
    for (const error of books.handedBack.errors) {
      const rest = error.userRecords.filter(({ data }) => !told.has(String(data)));
      if (rest.length > 0)
        books.told.push({ ...error, attempts: error.attempts, mayBeStored: error.mayBeStored, userRecords: rest });
    }
  }
  for (const book of books.records) {
    const isPulled = book.by !== undefined;
    if (!isPulled) book.notTaken = true;
  }
  expectInvariants({ ...it, options: settings });
}

test(`${RUNS} random runs`, async () => {
  const seed = Number(process.env.PRODUCER_SEED ?? 7);
  await fc.assert(fc.asyncProperty(scenario, play), { numRuns: RUNS, seed, interruptAfterTimeLimit: 3_600_000 });
}, 3_600_000);
