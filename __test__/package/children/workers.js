'use strict';

// Run as a process of its own: the package in several threads at once, each with its own open aggregates.

const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const { RecordAggregator, deaggregate } = require('../../..');

if (isMainThread) {
  const results = Array.from({ length: 6 }, (_, i) => {
    const worker = new Worker(__filename, { workerData: i });
    return new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
  });
  Promise.all(results).then((texts) => process.stdout.write(JSON.stringify(texts)));
} else {
  let entries = [];
  for (let round = 0; round < 200; round++) {
    const aggregator = new RecordAggregator({ routing: { lanes: 1 } });
    for (const letter of ['x', 'y']) aggregator.addUserRecord({ partitionKey: 'a', data: `${letter}${workerData}` });
    entries = aggregator.flush();
  }
  const records = deaggregate(entries.map(({ Data }) => ({ Data })));
  parentPort.postMessage(records.map(({ data }) => data.toString()));
}
