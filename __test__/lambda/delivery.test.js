'use strict';

// processEvent under the model of the event source mapping: whatever fails, whenever the time is up, however many handlers
// run at once, every user record is done, in order, and what comes again is what was said.

const fc = require('fast-check');
const { aggregate, deaggregate, deaggregateRecords, decode } = require('../..');
const { processEvent } = require('kinesis-agg/lambda');
const { frame, partitionKeyEntry } = require('../oracle/format');
const { deliver, TIMED_OUT } = require('../oracle/event-source-mapping');
const { givenKinesis, putAll, readAll } = require('../support/kinesis');
const { lambdaRecord } = require('../support/kinesis-records');

const turn = () => new Promise((resolve) => setImmediate(resolve));

const keys = fc.constantFrom('a', 'b', 'c', 'd');
const kinesisRecord = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('aggregate'), keys: fc.array(keys, { minLength: 1, maxLength: 6 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('plain'), keys: fc.tuple(keys) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('keyless'), keys: fc.constant([null]) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('empty'), keys: fc.constant([]) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('broken'), keys: fc.tuple(keys) }) },
);

/** The shard's records, and of each the user records that it holds, as sequence number and sub-sequence number. */
function shardOf(layout) {
  let id = 0;
  return layout.map(({ kind, keys }, index) => {
    const userRecords = keys.map((partitionKey) => ({ partitionKey: partitionKey ?? 'none', data: `${id++}` }));
    const [{ PartitionKey, Data } = {}] = aggregate(userRecords);
    if (kind === 'aggregate') return lambdaRecord({ PartitionKey, Data }, String(1000 + index));
    if (kind === 'empty')
      return lambdaRecord({ PartitionKey: 'e', Data: frame(partitionKeyEntry('e')) }, String(1000 + index));
    if (kind === 'broken') {
      Data[Data.length - 1] ^= 1;
      return lambdaRecord({ PartitionKey, Data }, String(1000 + index));
    }
    const entry = { PartitionKey: keys[0] ?? undefined, Data: Buffer.from(userRecords[0].data) };
    return lambdaRecord(entry, String(1000 + index));
  });
}

const nameOf = ({ sequenceNumber, subSequenceNumber }) => `${sequenceNumber}:${subSequenceNumber}`;

/**
 * The function's world: how user records fare, what was started and done, and the invocations so far.
 */
class World {
  #release;
  #released = new Promise((resolve) => {
    this.#release = resolve;
  });

  constructor({ records, concurrency, withProgress, withDrops, isExpanded, failures, hangs, budgets, turns }) {
    Object.assign(this, { records, concurrency, withDrops, isExpanded, failures, hangs, budgets, turns });
    this.userRecords = deaggregate(records);
    this.store = new Map();
    this.progress = withProgress
      ? { load: (eventID) => this.store.get(eventID), save: (eventID, handled) => this.store.set(eventID, handled) }
      : undefined;
    /** Names in the order of their first start. */
    this.firsts = [];
    /** How often each was handled or dropped. */
    this.done = new Map();
    this.invocations = 0;
    /** Of the test: what was not as expected. */
    this.problems = [];
    this.wasKilled = false;
    /** Of the invocation before: what was done in it, and how much of that was said to come again. */
    this.last = undefined;
  }

  async invoke(event) {
    this.#checkRepeated(event);
    const budget = this.budgets[this.invocations++ % this.budgets.length];
    const running = new Map();
    const doneNow = [];
    let starts = 0;
    let hung;
    const killed = new Promise((resolve) => (hung = resolve));

    const handler = async (record, { id, signal }) => {
      const name = nameOf(record);
      this.#note(() => {
        expect(id).toBe(`shardId-000000000006:${name}`);
        // Never more than so many, never two of a key.
        expect(running.size).toBeLessThan(this.concurrency);
        if (record.partitionKey !== null) expect([...running.values()]).not.toContain(record.partitionKey);
      });
      running.set(name, record.partitionKey);
      starts++;
      if (!this.firsts.includes(name)) this.firsts.push(name);
      try {
        const place = this.userRecords.findIndex((userRecord) => nameOf(userRecord) === name);
        for (let i = this.turns[place % this.turns.length]; i > 0; i--) await turn();
        if (this.hangs.delete(place)) {
          hung(TIMED_OUT);
          // Only so that the test can end.
          await this.#released;
          throw new Error('not now');
        }
        const left = this.failures.get(place) ?? 0;
        this.failures.set(place, left - 1);
        if (left > 0) throw new Error('not now');
        // Some stop when they are told to.
        if (place % 3 === 0) signal.throwIfAborted();
        this.#finish(name, doneNow);
      } finally {
        running.delete(name);
      }
    };
    const onError = (error, record, { signal }) => {
      this.#note(() => expect([signal.aborted, error.message]).toEqual([false, 'not now']));
      if (!this.withDrops) return undefined;
      this.#finish(nameOf(record), doneNow);
      return 'drop';
    };
    // Each start takes a second; timers, which count real time, stay out of it.
    const context = { getRemainingTimeInMillis: () => 1_000_000 + 1000 * (budget - starts) };
    const options = {
      concurrency: this.concurrency,
      context,
      stopBeforeMs: 1_000_000,
      onError,
      progress: this.progress,
    };
    const given = this.isExpanded ? { Records: deaggregateRecords(event.Records) } : event;
    const answer = await Promise.race([processEvent(given, handler, options), killed]);
    if (answer === TIMED_OUT) {
      this.wasKilled = true;
      this.last = undefined;
      return answer;
    }
    this.#checkCounts(event, answer, doneNow);
    this.last = { doneNow, repeated: answer.repeated };
    return answer.response;
  }

  /** What is thrown in a handler would pass for a failure of it. */
  #note(check) {
    try {
      check();
    } catch (problem) {
      this.problems.push(problem);
    }
  }

  #finish(name, doneNow) {
    doneNow.push(name);
    this.done.set(name, (this.done.get(name) ?? 0) + 1);
  }

  /** Whether as many come again as was said. */
  #checkRepeated(event) {
    if (this.last === undefined) return;
    const [first] = event.Records;
    const skipped = decode(first).length > 1 ? (this.store.get(first.eventID) ?? 0) : 0;
    const again = new Set(
      deaggregate(event.Records)
        .slice(Math.min(skipped, decode(first).length))
        .map(nameOf),
    );
    const { doneNow, repeated } = this.last;
    // A batch that went through repeats nothing, and then the next one's records are others.
    expect(doneNow.filter((name) => again.has(name)).length).toBe(repeated);
  }

  #checkCounts(event, { userRecords, handled, dropped, skipped, unhandled, response, stopped, position }, doneNow) {
    const all = deaggregate(event.Records);
    expect(handled + dropped + skipped + unhandled).toBe(userRecords);
    expect(handled + dropped).toBe(doneNow.length);
    // What is broken and comes behind the stop is counted as if it were whole.
    if (decode(event.Records, { verifyChecksum: false }).length === all.length) expect(userRecords).toBe(all.length);
    if (stopped === undefined) {
      expect({ response, position, unhandled }).toEqual({ response: { batchItemFailures: [] }, unhandled: 0 });
    } else {
      const isDone = new Set([...all.slice(0, skipped).map(nameOf), ...doneNow]);
      const earliest = all.find((record) => !isDone.has(nameOf(record)));
      expect(nameOf(position)).toBe(nameOf(earliest));
      expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: earliest.sequenceNumber }] });
    }
  }

  checkEnd() {
    this.#release();
    if (this.problems.length > 0) throw this.problems[0];
    const names = this.userRecords.map(nameOf);
    expect(names.filter((name) => !this.done.has(name))).toEqual([]);
    const inOrder = (records) => records.map(nameOf);
    if (this.concurrency === 1) expect(this.firsts).toEqual(names);
    for (const key of ['a', 'b', 'c', 'd']) {
      const ofKey = inOrder(this.userRecords.filter(({ partitionKey }) => partitionKey === key));
      expect(this.firsts.filter((name) => ofKey.includes(name))).toEqual(ofKey);
    }
    if (this.progress && this.concurrency === 1 && !this.wasKilled) {
      expect([...this.done.values()].filter((times) => times !== 1)).toEqual([]);
    }
  }
}

const place = fc.nat(30);
const world = fc.record({
  layout: fc.array(kinesisRecord, { minLength: 1, maxLength: 12 }),
  concurrency: fc.constantFrom(1, 1, 2, 3, 8),
  withProgress: fc.boolean(),
  withDrops: fc.boolean(),
  // As a middleware does that expands the event.
  isExpanded: fc.boolean(),
  failures: fc.array(fc.tuple(place, fc.integer({ min: 1, max: 2 })), { maxLength: 4 }).map((pairs) => new Map(pairs)),
  hangs: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(place, { maxLength: 2 }) },
  ),
  // How many may start in each invocation. One without end gets every Kinesis record through, with or without progress.
  budgets: fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 3 }).map((some) => [...some, 1000]),
  turns: fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }),
  batchSize: fc.integer({ min: 1, max: 6 }),
});

test('every user record is done, in order, and what was said to come again does', async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ layout, batchSize, failures, hangs, ...settings }) => {
      const records = shardOf(layout);
      const given = new World({ records, failures: new Map(failures), hangs: new Set(hangs), ...settings });
      const invoke = async (event) => {
        // Each invocation gets somewhere: failures, hangs and stops are finite.
        if (given.invocations > 200) throw new Error('it does not end');
        return given.invoke(event);
      };
      // Neither may a failed expectation pass for an error of the function.
      const noting = (event) => invoke(event).catch((problem) => given.problems.push(problem) && undefined);
      const discarded = await deliver(records, noting, { batchSize });
      expect(discarded).toEqual([]);
      given.checkEnd();
    }),
    { numRuns: 150 },
  );
}, 120_000);

test('with progress, each invocation that the time ends does at least one more', async () => {
  const records = shardOf([{ kind: 'aggregate', keys: Array(20).fill('a') }]);
  for (const concurrency of [1, 4]) {
    const given = new World({
      records,
      concurrency,
      withProgress: true,
      withDrops: false,
      failures: new Map(),
      hangs: new Set(),
      budgets: [0],
      turns: [0],
    });
    await deliver(records, (event) => given.invoke(event), { batchSize: 5 });
    given.checkEnd();
    expect(given.invocations).toBe(20);
  }
});

describe('a real shard', () => {
  const kinesis = givenKinesis();

  test.each([
    [1, true],
    [1, false],
    [5, true],
    [5, false],
  ])('N = %i, progress: %p', async (concurrency, withProgress) => {
    const stream = await kinesis.stream(1);
    const userRecords = Array.from({ length: 300 }, (_, i) => ({ partitionKey: 'abcd'.charAt(i % 4), data: `${i}` }));
    const entries = aggregate(userRecords, { maxUserRecords: 7 });
    entries.push({ PartitionKey: 'a', Data: Buffer.from('plain') });
    await putAll(stream, entries);
    const [read = []] = [...(await readAll(stream)).values()];
    const records = read.map((record) => {
      const entry = { PartitionKey: record.PartitionKey, Data: Buffer.from(record.Data) };
      return lambdaRecord(entry, record.SequenceNumber);
    });
    const given = new World({
      records,
      concurrency,
      withProgress,
      withDrops: false,
      failures: new Map([
        [3, 1],
        [100, 2],
        [299, 1],
      ]),
      hangs: new Set(),
      budgets: [5, 20, 400],
      turns: [0, 1, 0, 2],
    });
    await deliver(records, (event) => given.invoke(event), { batchSize: 20 });
    given.checkEnd();
    expect(given.done.size).toBe(301);
  });
});
