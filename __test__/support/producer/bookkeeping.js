'use strict';

// A producer with everything written down that goes in and comes out, and the invariants that hold whatever goes wrong.

const { deaggregate, isAggregated } = require('../../..');
const { KinesisProducer } = require('kinesis-agg/producer');
const { FakeEnvironment } = require('./fake-environment');
const { FakeKinesis } = require('./fake-kinesis');

class Books {
  /** Of each record that was taken or tried to: what it said and what became of it. */
  records = [];
  /** What `onFailure`, `flush` and `close` told. */
  told = [];
  warnings = [];
  #lastTurn = 0;
  errors = [];

  logger = {
    warn: (message, fields) => this.warnings.push({ message, fields }),
    error: (message, fields) => this.errors.push({ message, fields }),
  };

  /** A record whose data nothing else has. */
  record(partitionKey, { bytes = 0, explicitHashKey } = {}) {
    const id = this.records.length;
    const data = `${id}:${'x'.repeat(bytes)}`;
    const book = { id, turn: ++this.#lastTurn, data, partitionKey, explicitHashKey, settled: 0 };
    this.records.push(book);
    book.input = { partitionKey, data, ...(explicitHashKey === undefined ? {} : { explicitHashKey }) };
    return book;
  }

  /** A record that was made earlier is put now. */
  pulled(book) {
    book.by = 'putAll';
    book.turn = ++this.#lastTurn;
    return book.input;
  }

  /** Puts a record; gives its promise, which never rejects. */
  put(producer, partitionKey, options) {
    const book = this.record(partitionKey, options);
    book.by = 'put';
    book.promise = producer.put(book.input).then(
      (result) => {
        book.settled++;
        book.result = result;
        return book;
      },
      (error) => {
        book.settled++;
        book.error = error;
        return book;
      },
    );
    return book.promise;
  }

  /** Adds a record. */
  add(producer, partitionKey, options) {
    const book = this.record(partitionKey, options);
    book.by = 'add';
    try {
      book.promise = producer.add(book.input);
      book.promise?.catch((error) => {
        book.notTaken = error;
      });
    } catch (error) {
      book.notTaken = error;
    }
    return book;
  }

  /** What a promise of `flush`, `close` or `putAll` rejected with. */
  note(error) {
    for (const each of error.errors ?? []) this.told.push(each);
  }

  onFailure = (error) => this.told.push(error);
}

/**
 * A producer on a fake stream.
 *
 * @param {object} [settings]
 */
function given({ seed = 1, shards = 4, firstOrdinal, ...options } = {}) {
  const environment = new FakeEnvironment(seed);
  const kinesis = new FakeKinesis(environment, shards);
  const books = new Books();
  const producer = new KinesisProducer(
    { client: kinesis.client, streamName: 'fake', logger: books.logger, ...options },
    environment.forProducer,
    firstOrdinal,
  );
  return { environment, kinesis, books, producer, options };
}

/** I1 to I8 of the contract. To be called when everything has settled. */
function expectInvariants({ environment, kinesis, books, producer, options }) {
  const stored = storedCopies(kinesis, books);
  const told = new Map(books.records.map(({ data }) => [data, []]));
  for (const error of books.told) for (const { data } of error.userRecords) told.get(String(data)).push(error);

  const lastOfKey = new Map();
  for (const book of [...books.records].sort((a, b) => a.turn - b.turn)) {
    const copies = stored.get(book.data);
    const errors = told.get(book.data);
    if (book.by === 'put') {
      holds('I1: settled once', book.settled === 1, book);
      if (book.error?.userRecords?.length > 0) {
        const [userRecord, ...more] = book.error.userRecords;
        holds('an error of its own', more.length === 0 && String(userRecord.data) === book.data, book);
        holds('the key it had', userRecord.partitionKey === book.partitionKey, book);
        errors.push(book.error);
      }
    }
    const wasTaken = !book.notTaken && !(book.error && !(book.error.userRecords?.length > 0));
    if (!wasTaken) {
      holds('what was not taken is nowhere', copies.length === 0 && errors.length === 0, book);
      continue;
    }
    holds('I1: told once', errors.length <= 1, book);
    holds('I1: stored or failed', errors.length === 1 || copies.length > 0, book);
    if (book.result) {
      const { shardId, sequenceNumber, subSequenceNumber, aggregated, mayBeDuplicated } = book.result;
      const copy = copies.find((each) => each.sequenceNumber === sequenceNumber);
      const isThere = copy?.shardId === shardId && copy.subSequenceNumber === subSequenceNumber;
      holds('I2: where it says', isThere && copy.userRecord.partitionKey === book.partitionKey, book);
      holds('whether aggregated', aggregated === isAggregated(copy.Data), book);
      holds('I3: stored once', mayBeDuplicated || copies.length === 1, book);
      holds('told and stored', errors.length === 0, book);
    }
    const [error] = errors;
    if (error) {
      holds('I4: not stored', error.mayBeStored || copies.length === 0, book);
      const isUnknown = error.attempts.some(({ outcome }) => outcome === 'unknown');
      holds(
        'mayBeStored is what the attempts say',
        error.mayBeStored === isUnknown || error.attempts.length === 20,
        book,
      );
      continue;
    }
    if (!options.ordered) continue;
    const key = JSON.stringify([book.partitionKey, String(book.explicitHashKey)]);
    const before = lastOfKey.get(key);
    const first = copies[0];
    const isLater =
      before === undefined ||
      first.arrival > before.arrival ||
      (first.arrival === before.arrival && first.subSequenceNumber > before.subSequenceNumber);
    holds('I5: in order', isLater, book);
    lastOfKey.set(key, first);
  }

  const metrics = producer.metrics();
  const { taken, stored: storedCount, failed } = metrics.userRecords;
  expect(taken).toBe(storedCount + failed); // I1
  expect(metrics).toMatchObject({ bufferedBytes: 0, bufferedRecords: 0, waitingPuts: 0, oldestRecordAgeMs: 0 }); // I6
  expect(environment.armed.size).toBe(0);
  expect(environment.mostArmed).toBeLessThanOrEqual(1);

  const acknowledged = new Set();
  for (const { entries, answers, isAnswered } of kinesis.requests) {
    for (const { Data } of entries) holds('I7: never sent again', !acknowledged.has(Data), {});
    if (!isAnswered) continue;
    for (const [i, { SequenceNumber }] of answers.entries()) if (SequenceNumber) acknowledged.add(entries[i].Data);
  }
  return stored;
}

/** Where each record was stored, by its data. */
function storedCopies(kinesis, books) {
  const stored = new Map(books.records.map(({ data }) => [data, []]));
  for (const [arrival, record] of kinesis.records.entries()) {
    const { Data, PartitionKey, sequenceNumber, range } = record;
    const kinesisRecord = { Data, PartitionKey, SequenceNumber: sequenceNumber };
    const userRecords = deaggregate(kinesisRecord);
    for (const [subSequenceNumber, userRecord] of userRecords.entries()) {
      stored.get(String(userRecord.data)).push({ ...record, arrival, userRecord, subSequenceNumber });
    }
    // On an AUTO stream no range means anything.
    if (kinesis.distribution === 'AUTO') continue;
    const kept = deaggregate(kinesisRecord, { hashKeyRange: range });
    holds('I8: a consumer that knows its shard drops nothing', kept.length === userRecords.length, record);
  }
  return stored;
}

/** Cheaper than `expect`, for what is held of each of many records. */
function holds(what, isTrue, { id, error, result, partitionKey }) {
  if (!isTrue)
    throw new Error(`${what}: ${JSON.stringify({ id, partitionKey, error, result })} ${error?.message ?? ''}`);
}

module.exports = { Books, expectInvariants, given };
