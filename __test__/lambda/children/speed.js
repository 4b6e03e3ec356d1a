'use strict';

// Run as a process of its own: 50 000 user records through processEvent and through iterDeaggregate, turn about. Prints the
// ratio of the processor's time, of which other processes take nothing.

const { iterDeaggregate } = require('kinesis-agg');
const { processEvent } = require('kinesis-agg/lambda');
const { lambdaEvent } = require('kinesis-agg/testing');

const event = lambdaEvent(
  Array.from({ length: 50_000 }, (_, i) => ({ partitionKey: `key-${i % 100}`, data: Buffer.alloc(100, i) })),
);
const context = { getRemainingTimeInMillis: () => 60_000 };

async function timeOf(action) {
  const start = process.cpuUsage();
  const sum = await action();
  const { user, system } = process.cpuUsage(start);
  return { sum, time: user + system };
}

const iterating = async () => {
  let sum = 0;
  for (const { data } of iterDeaggregate(event.Records)) sum += data.length + data[0];
  return sum;
};
const handling = async () => {
  let sum = 0;
  const handler = ({ data }) => {
    sum += data.length + data[0];
  };
  await processEvent(event, handler, { context });
  return sum;
};

async function main() {
  const times = { iterating: [], handling: [] };
  for (let i = 0; i < 40; i++) {
    const iterated = await timeOf(iterating);
    const handled = await timeOf(handling);
    if (iterated.sum !== handled.sum) throw new Error('the results differ');
    times.iterating.push(iterated.time);
    times.handling.push(handled.time);
  }
  process.stdout.write(String(Math.min(...times.handling) / Math.min(...times.iterating)));
}

main();
