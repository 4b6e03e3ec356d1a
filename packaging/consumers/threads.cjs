// Eight threads load the addon at once, work, and are terminated wherever they then are.
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

if (isMainThread) {
  const workers = Array.from({ length: 8 }, () => new Worker(__filename));
  Promise.all(
    workers.map((worker) => new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))),
  )
    .then(() => Promise.all(workers.map((worker) => worker.terminate())))
    .then((codes) => console.log(`${codes.length} threads worked and were terminated`));
} else {
  const { aggregate, deaggregate, deaggregateAsync } = require('kinesis-agg');
  const records = Array.from({ length: 2000 }, (_, i) => ({ partitionKey: `key-${i}`, data: 'x'.repeat(100) }));
  const entries = aggregate(records).map((entry) => ({ ...entry, SequenceNumber: '1' }));
  parentPort.postMessage('loaded');
  setInterval(() => {
    deaggregateAsync(entries);
    if (deaggregate(entries).length !== records.length) throw new Error('records were lost');
  });
}
