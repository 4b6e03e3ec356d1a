const assert = require('node:assert');
const { RecordAggregator, aggregate, deaggregate, KplError } = require('kinesis-agg');

const records = Array.from({ length: 100 }, (_, i) => ({
  partitionKey: `key-${i}`,
  data: Buffer.from(`user record ${i}`),
}));
const aggregates = aggregate(records);
const back = deaggregate(aggregates.map((entry, i) => ({ ...entry, SequenceNumber: String(i) })));
assert.deepStrictEqual(
  back.map(({ partitionKey, data }) => ({ partitionKey, data })),
  records,
);
assert.throws(() => new RecordAggregator().addUserRecord({ partitionKey: '', data: '' }), KplError);
assert.throws(() => require('kinesis-agg/lib/native'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
console.log(`round trip of ${back.length}`);
