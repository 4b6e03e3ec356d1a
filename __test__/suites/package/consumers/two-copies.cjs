// Two installations of the package in one process, as npm makes them when two dependencies want different versions.
const assert = require('node:assert');
const [one, other] = process.argv
  .slice(2)
  .map((folder) => require(require.resolve('kinesis-agg', { paths: [folder] })));

assert.notStrictEqual(one, other);
const [entry] = one.aggregate([
  { partitionKey: 'a', data: 'x' },
  { partitionKey: 'b', data: 'y' },
]);
assert.strictEqual(other.deaggregate([{ ...entry, SequenceNumber: '1' }]).length, 2);
console.log('two copies worked');
