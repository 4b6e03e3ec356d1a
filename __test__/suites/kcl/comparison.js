'use strict';

// One Kinesis record at a time: what the KCL handed on, what this package hands on, and what the model says of both.

const assert = require('node:assert/strict');
const { deaggregate, deaggregateAsync, decode, iterDeaggregate } = require('../../..');
const { OUTER_PARTITION_KEY } = require('./blobs');
const { byDropIn } = require('./drop-in');
const { MAX_HASH_KEY } = require('../../oracle/hash-key');
const { judge } = require('../../oracle/kcl');

const FULL_RANGE = { start: '0', end: MAX_HASH_KEY.toString() };

/** A GetRecords batch of a shard; sequence numbers are positions. */
const batch = (blobs, range) => ({
  range,
  records: blobs.map((data, i) => ({ partitionKey: OUTER_PARTITION_KEY, sequenceNumber: String(i), data })),
});

/** Counts how often both agreed and why they did not. */
class Agreement {
  agreed = 0;
  /** What became of the Kinesis records that both judged alike. */
  passedOn = 0;
  dropped = 0;
  takenApart = 0;
  userRecords = 0;
  /** Kinesis records of which the drop-in gave the same. */
  byDropIn = 0;
  /** @type {Map<string, number>} */
  deviations = new Map();

  add(handedOn) {
    this.agreed++;
    if (handedOn.length === 0) this.dropped++;
    else if (!handedOn[0].aggregated) this.passedOn++;
    else {
      this.takenApart++;
      this.userRecords += handedOn.length;
    }
  }

  addDeviation(names) {
    for (const name of names) this.deviations.set(name, (this.deviations.get(name) ?? 0) + 1);
  }

  print(report) {
    const differed = [...this.deviations].sort(([, a], [, b]) => b - a);
    report.figure(
      `agreed: ${this.agreed} (${this.passedOn} passed on as they are, ${this.dropped} dropped or empty, ` +
        `${this.takenApart} taken apart into ${this.userRecords} user records)`,
    );
    report.figure(`the drop-in, where there was no range: ${this.byDropIn} as this package`);
    for (const [name, count] of differed) report.figure(`differed as written, ${name}: ${count}`);
  }
}

/**
 * Compares batches, each Kinesis record as a check of its own.
 * @param {{ name: string, blobs: Buffer[], range?: { start: string, end: string } }[]} batches
 */
async function compareWithKcl(report, kcl, agreement, batches) {
  const requests = batches.map(({ blobs, range }) => batch(blobs, range));
  const kinesisRecords = requests.map(({ records }) => records.map(asKinesisRecord));
  const ranges = batches.map(({ range }) => range && { StartingHashKey: range.start, EndingHashKey: range.end });
  const underWay = kinesisRecords.map((records, i) => deaggregateAsync(records, { hashKeyRange: ranges[i] }));
  const [answers, offTheEventLoop] = await Promise.all([kcl.ask(requests), Promise.all(underWay)]);
  batches.forEach(({ name, blobs, range }, i) => {
    const theirs = bySequenceNumber(answers[i].records, blobs.length);
    let ours;
    const inOrder = report.check(`${name}: both keep the order of the Kinesis records and neither throws`, () => {
      assert.equal(answers[i].thrown, undefined);
      assert.deepEqual(theirs.flat(), answers[i].records);
      const options = { hashKeyRange: ranges[i] };
      const records = deaggregate(kinesisRecords[i], options);
      assert.deepEqual([...iterDeaggregate(kinesisRecords[i], options)], records);
      assert.deepEqual(decode(kinesisRecords[i], options).toArray(), records);
      assert.deepEqual(offTheEventLoop[i], records);
      ours = bySequenceNumber(records, blobs.length);
      assert.deepEqual(ours.flat(), records);
    });
    if (!inOrder) return;
    blobs.forEach((data, j) => {
      report.check(`${name} ${JSON.stringify(range ?? 'without a range')} ${data.toString('base64')}`, () => {
        compareOne(agreement, data, range, theirs[j], ours[j], String(j));
        // The drop-in knows no ranges.
        if (range === undefined) compareDropIn(agreement, kinesisRecords[i][j], ours[j]);
      });
    });
  });
}

function compareOne(agreement, data, range, theirs, ours, sequenceNumber) {
  const judgement = judge(data, OUTER_PARTITION_KEY);
  const promised = judgement.ours(range);
  assert.deepEqual(
    theirs.map(comparable),
    expected(judgement.kcl(range), data, sequenceNumber),
    'the KCL against the model',
  );
  assert.deepEqual(ours.map(comparable), expected(promised, data, sequenceNumber), 'this package against the model');
  for (const record of ours) {
    assert.equal('decodeError' in record, promised.decodeError !== undefined, `decodeError ${record.decodeError}`);
    if (promised.decodeError) assert.match(record.decodeError, promised.decodeError);
  }

  const agreed = JSON.stringify(ours.map(comparable)) === JSON.stringify(theirs.map(comparable));
  const deviations = judgement.deviations();
  assert.ok(agreed || deviations.length > 0, 'a deviation from the KCL that is not on the list');
  if (agreed) agreement.add(theirs);
  else agreement.addDeviation(deviations);
}

/** The drop-in hands on what the others do. Where an aggregate is broken it says so by an error, with or without the record. */
function compareDropIn(agreement, kinesisRecord, ours) {
  const { error, records } = byDropIn(kinesisRecord);
  const { decodeError } = ours[0] ?? {};
  if (decodeError === 'ERR_KPL_CHECKSUM' && error?.message === 'Invalid record checksum') {
    assert.deepEqual(records, []);
  } else {
    assert.equal(error !== undefined, decodeError === 'ERR_KPL_INDEX', error?.message);
    // It shows what is written, as this package does of a Kinesis record without a partition key.
    const written = ours[0]?.aggregated ? deaggregate(withoutPartitionKey(kinesisRecord)) : ours;
    assert.deepEqual(records.map(comparable), written.map(comparable));
  }
  agreement.byDropIn++;
}

function withoutPartitionKey({ kinesis, ...record }) {
  return kinesis ? { kinesis: { ...kinesis, partitionKey: null } } : { ...record, PartitionKey: null };
}

/** Both shapes in which Kinesis records come; which one must not matter. */
function asKinesisRecord({ partitionKey, sequenceNumber, data }, i) {
  if (i % 2 === 0) return { PartitionKey: partitionKey, SequenceNumber: sequenceNumber, Data: data };
  return { eventID: `event-${i}`, kinesis: { partitionKey, sequenceNumber, data: data.toString('base64') } };
}

const comparable = ({ partitionKey, explicitHashKey, data, sequenceNumber, subSequenceNumber, aggregated }) => [
  partitionKey,
  explicitHashKey,
  data.toString('base64'),
  sequenceNumber,
  subSequenceNumber,
  aggregated,
];

function expected(verdict, data, sequenceNumber) {
  if (verdict.raw) return [[OUTER_PARTITION_KEY, null, data.toString('base64'), sequenceNumber, 0, false]];
  return verdict.records.map((record, i) =>
    comparable({ ...record, sequenceNumber, subSequenceNumber: i, aggregated: true }),
  );
}

function bySequenceNumber(records, count) {
  const groups = Array.from({ length: count }, () => []);
  for (const record of records) groups[Number(record.sequenceNumber)].push(record);
  return groups;
}

module.exports = { Agreement, batch, compareWithKcl, FULL_RANGE };
