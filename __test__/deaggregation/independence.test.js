'use strict';

// `copy: true` means independence: nothing that comes out holds memory of the caller's, of the payload, or of a longer
// string. What V8 keeps alive is counted in a process of its own.

const { execFileSync } = require('node:child_process');
const {
  aggregate,
  deaggregate,
  deaggregateRecords,
  decode,
  iterDeaggregate,
  iterDeaggregateRecords,
} = require('../..');

const [{ Data, PartitionKey }] = aggregate([
  { partitionKey: 'first-key-of-mine', data: 'one' },
  { partitionKey: 'second-key', data: 'two' },
]);
const EXPECTED = [
  ['first-key-of-mine', 'one'],
  ['second-key', 'two'],
];
const pair = ({ partitionKey, data }) => [partitionKey, data.toString()];

describe("a caller's buffer that is used again", () => {
  const given = (options, use) => {
    const buffer = Buffer.from(Data);
    const record = { Data: buffer, PartitionKey, SequenceNumber: '1' };
    const plain = { Data: buffer.subarray(0, 3), PartitionKey, SequenceNumber: '2' };
    return use([record, plain], () => buffer.fill('#'), options);
  };

  test('does not reach a batch', () => {
    given({ copy: true }, (records, change, options) => {
      const batch = decode(records, options);
      change();
      const columns = [0, 1].map((i) => [batch.partitionKey(i), batch.text(i)]);
      expect(columns).toEqual(EXPECTED);
      expect([0, 1].map((i) => batch.data(i).toString())).toEqual(['one', 'two']);
      expect(batch.toArray().slice(0, 2).map(pair)).toEqual(EXPECTED);
      expect(batch.data(2)).toEqual(Data.subarray(0, 3));
      expect(batch.text(2)).toBe(Data.subarray(0, 3).toString());
    });
  });

  test('does not reach an iterator that has begun', () => {
    given({ copy: true }, (records, change, options) => {
      const iterator = iterDeaggregate([records[0]], options);
      const first = iterator.next().value;
      change();
      expect([first, iterator.next().value].map(pair)).toEqual(EXPECTED);
    });
    given({ copy: true }, (records, change, options) => {
      const iterator = iterDeaggregateRecords([records[0]], options);
      const first = iterator.next().value;
      change();
      expect([first, iterator.next().value].map(({ Data, PartitionKey }) => [PartitionKey, Data.toString()])).toEqual(
        EXPECTED,
      );
    });
  });

  test('does not reach user records, nor one that is not aggregated', () => {
    given({ copy: true }, (records, change, options) => {
      const userRecords = deaggregate(records, options);
      const inShape = deaggregateRecords(records.slice(0, 1), options);
      change();
      expect(userRecords.slice(0, 2).map(pair)).toEqual(EXPECTED);
      expect(userRecords[2].data).toEqual(Data.subarray(0, 3));
      expect(inShape.map(({ Data }) => Data.toString())).toEqual(['one', 'two']);
    });
  });
});

test('data shares its memory with nothing', () => {
  const base64 = { kinesis: { data: Data.toString('base64'), partitionKey: 'a', sequenceNumber: '1' } };
  const plain = { kinesis: { data: Buffer.from('plain').toString('base64'), partitionKey: 'a', sequenceNumber: '2' } };
  const sloppy = { kinesis: { data: `\n${plain.kinesis.data}\n`, partitionKey: 'a', sequenceNumber: '3' } };
  const all = deaggregate([base64, plain, sloppy, { Data, PartitionKey, SequenceNumber: '4' }], { copy: true });
  expect(all).toHaveLength(6);
  for (const { data } of all) expect(data.buffer.byteLength).toBe(data.length);
});

test('one record that is kept keeps little more than itself', () => {
  const program = `
    const { aggregate, deaggregate, deaggregateRecords, decode, iterDeaggregate } = require('.');
    const payload = (i) => {
      const records = Array.from({ length: 900 }, (_, j) => ({ partitionKey: 'k'.repeat(200) + i + '-' + j, data: i + ':' + j + 'x'.repeat(280) }));
      const [entry] = aggregate(records, { routing: { lanes: 1 }, maxAggregateBytes: 1e6 });
      return { kinesis: { data: entry.Data.toString('base64'), partitionKey: entry.PartitionKey, sequenceNumber: String(i) } };
    };
    const copy = true;
    const ways = {
      nothing: () => null,
      record: (r) => deaggregate([r], { copy })[5],
      data: (r) => deaggregate([r], { copy })[5].data,
      key: (r) => deaggregate([r], { copy })[5].partitionKey,
      iterated: (r) => { for (const record of iterDeaggregate([r], { copy })) return record; },
      text: (r) => { const batch = decode([r], { copy }); batch.text(4); return batch.text(5); },
      'key of a batch': (r) => decode([r], { copy }).partitionKey(5),
      'base64 in its shape': (r) => deaggregateRecords([r], { copy })[5].kinesis.data,
    };
    const kilobytes = {};
    for (const [name, way] of Object.entries(ways)) {
      const kept = [];
      way(payload(-1));
      gc();
      gc();
      const before = process.memoryUsage();
      for (let i = 0; i < 40; i++) kept.push(way(payload(i)));
      gc();
      gc();
      const after = process.memoryUsage();
      kilobytes[name] = (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / kept.length / 1024;
    }
    console.log(JSON.stringify(kilobytes));
  `;
  const root = require('node:path').join(__dirname, '../..');
  const printed = execFileSync(process.execPath, ['--expose-gc', '-e', program], { cwd: root, encoding: 'utf8' });
  const { nothing, ...kilobytes } = JSON.parse(printed);
  for (const [name, kept] of Object.entries(kilobytes)) {
    // An aggregate's keys are some 190 KB, its data 260. What comes and goes beside it is noise.
    expect([name, kept - nothing < 60]).toEqual([name, true]);
  }
});
