// Eight threads load the addon at once, work, and are terminated in mid-call: they do nothing but call.
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

if (isMainThread) {
  const workers = Array.from({ length: 8 }, () => new Worker(__filename));
  // Nobody listens for errors: one in a thread, at any time, ends this process.
  Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))))
    .then(() => Promise.all(workers.map((worker) => worker.terminate())))
    .then((codes) => console.log(`${codes.length} threads worked and were terminated`));
} else {
  const { aggregate, deaggregate, deaggregateAsync } = require('kinesis-agg');
  const records = Array.from({ length: 2000 }, (_, i) => ({ partitionKey: `key-${i}`, data: 'x'.repeat(100) }));
  const entries = aggregate(records).map((entry) => ({ ...entry, SequenceNumber: '1' }));
  const work = async () => {
    for (let round = 0; ; round++) {
      const inTask = deaggregateAsync(entries);
      const counts = [deaggregate(entries).length, (await inTask).length];
      if (counts.some((count) => count !== records.length)) throw new Error(`${counts} records came back`);
      if (round === 10) parentPort.postMessage('worked');
    }
  };
  work();
}
