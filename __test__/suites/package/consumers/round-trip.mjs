import assert from 'node:assert';
import everything, { aggregate, deaggregate, hashKey } from 'kinesis-agg';

assert.strictEqual(everything.aggregate, aggregate);
const [entry] = aggregate([
  { partitionKey: 'a', data: 'x' },
  { partitionKey: 'b', data: 'y' },
]);
const back = deaggregate([{ ...entry, SequenceNumber: '1' }]);
assert.deepStrictEqual(
  back.map(({ data }) => data.toString()),
  ['x', 'y'],
);
assert.strictEqual(hashKey('a'), '16955237001963240173058271559858726497');
console.log(`round trip of ${back.length}`);
