// Run as a process of its own: named imports of the CommonJS package.

import { createRequire } from 'node:module';
import * as namespace from 'kinesis-agg';
import whole, {
  aggregate,
  deaggregate,
  deaggregateAsync,
  decode,
  hashKey,
  isAggregated,
  iterDeaggregate,
  KplError,
  RecordAggregator,
  UserRecordBatch,
} from 'kinesis-agg';

const imported = {
  KplError,
  RecordAggregator,
  UserRecordBatch,
  aggregate,
  deaggregate,
  deaggregateAsync,
  decode,
  hashKey,
  isAggregated,
  iterDeaggregate,
};
const required = createRequire(import.meta.url)('kinesis-agg');

const aggregator = new RecordAggregator();
for (const data of ['x', 'y']) aggregator.addUserRecord({ partitionKey: 'a', data });
const [{ Data, PartitionKey }] = aggregator.flush();
const records = await deaggregateAsync({ Data, PartitionKey, SequenceNumber: '1' });

let isKplError = false;
try {
  hashKey('');
} catch (error) {
  isKplError = error instanceof KplError;
}

process.stdout.write(
  JSON.stringify({
    missing: Object.keys(required).filter((name) => !(name in namespace)),
    isSame: whole === required && Object.entries(imported).every(([name, value]) => required[name] === value),
    texts: records.map(({ data }) => data.toString()),
    isKplError,
  }),
);
