'use strict';

// How much memory a program takes that gives no turn to the event loop, by its highest resident size; and how much is left
// where an object lives on. What the addon holds is freed by finalizers, which run on a later turn: nothing large may wait
// for them.

const { randomUUID } = require('node:crypto');
const kpl = require('../../..');
const compat = require('kinesis-agg/compat');
const { frame, partitionKeyEntry, recordEntry } = require('../../oracle/format');
const { lambdaRecord, sdkRecord } = require('../../support/kinesis-records');

/**
 * @typedef {object} Peak
 * @property {number} mostMiB
 * @property {() => number | Promise<number>} takes does it, and gives the bytes that it took
 */

const KIB = 1024;
const MIB = 1024 * KIB;
const gc = /** @type {() => void} */ (globalThis.gc);

/** A MiB of user records. */
const records = () =>
  Array.from({ length: 1000 }, (_, i) => ({ partitionKey: `device-${i}`, data: Buffer.alloc(1000, 97) }));

/** By how much the process grew at most while the work was done. */
function peakOf(work) {
  gc();
  const before = process.memoryUsage.rss();
  work();
  return process.resourceUsage().maxRSS * KIB - before;
}

/** The call is done over and over, without a turn of the event loop: 1500 MiB of records go through it. */
function inOneTurn(call, times = 1500) {
  const given = records();
  return () =>
    peakOf(() => {
      for (let i = 0; i < times; i++) call(given);
    });
}

/** What is left after garbage was collected and the event loop had its turns. */
async function resting() {
  for (let turn = 0; turn < 5; turn++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage();
}

/** What 200 aggregators hold that were used once and wait for more. */
async function idle(use) {
  const aggregators = Array.from({ length: 200 }, () => new kpl.RecordAggregator({ maxAggregateBytes: MIB }));
  const before = await resting();
  for (const aggregator of aggregators) {
    for (const record of records()) aggregator.addUserRecord(record);
    use(aggregator);
  }
  const after = await resting();
  if (aggregators.some(({ sizeBytes }) => sizeBytes !== 0)) throw new Error('something is still open');
  return after.rss - before.rss;
}

const OPEN_AGGREGATES = 64;

/** What as many aggregates hold, outside the heap, that are filled until the first of them closes. */
async function filled(recordOf) {
  const aggregator = new kpl.RecordAggregator({ routing: { lanes: OPEN_AGGREGATES }, maxAggregateBytes: MIB });
  const before = await resting();
  for (let i = 0; aggregator.addUserRecord(recordOf(i)) === undefined; i++);
  const after = await resting();
  if (aggregator.sizeBytes < (OPEN_AGGREGATES * MIB) / 2)
    throw new Error(`only ${aggregator.sizeBytes} bytes are open`);
  return after.rss - after.heapTotal - (before.rss - before.heapTotal);
}
const MOST_OF_OPEN_AGGREGATES = 2.5 * OPEN_AGGREGATES;

/** Five million partition keys, and one user record. */
function nothingButKeys() {
  const key = partitionKeyEntry('');
  const keys = Buffer.alloc(Math.floor((10 * MIB - 60) / key.length) * key.length, key);
  return { Data: frame(keys, recordEntry(0, null, 'x')), PartitionKey: 'a' };
}

function ofKeys(read, recordOf = sdkRecord) {
  return () => {
    const record = recordOf(nothingButKeys());
    return peakOf(() => read(record));
  };
}

/** What one thing pins that is kept of each of 1000 aggregates of 900 user records. */
function pinned(keptOf) {
  const payload = (i) => {
    const inputs = Array.from({ length: 900 }, (_, j) => ({
      partitionKey: randomUUID(),
      data: `${i}:${j}`.padEnd(40, 'x'),
    }));
    return lambdaRecord(kpl.aggregate(inputs, { maxAggregateBytes: MIB })[0], String(i));
  };
  const held = () => {
    gc();
    gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  return () => {
    const kept = Array.from({ length: 50 }, (_, i) => keptOf(payload(i)));
    const before = held();
    for (let i = 0; i < 1000; i++) kept.push(keptOf(payload(i)));
    const bytes = held() - before;
    if (kept.length !== 1050) throw new Error('they have to be kept until now');
    return bytes;
  };
}
const copy = true;

/** @type {Record<string, Peak>} */
const PEAKS = {
  'aggregate, 1500 times in one turn': { mostMiB: 120, takes: inOneTurn((given) => kpl.aggregate(given)) },
  'aggregate into lanes, 1500 times in one turn': {
    mostMiB: 120,
    takes: inOneTurn((given) => kpl.aggregate(given, { routing: { lanes: 16 } })),
  },
  'aggregate that refuses the last record, 1500 times in one turn': {
    mostMiB: 120,
    takes: inOneTurn((given) => {
      try {
        kpl.aggregate([...given, { partitionKey: '', data: '' }]);
      } catch {
        return;
      }
      throw new Error('this should have been refused');
    }),
  },
  '1500 aggregators in one turn': {
    mostMiB: 120,
    takes: inOneTurn((given) => {
      const aggregator = new kpl.RecordAggregator();
      aggregator.addUserRecords(given);
      aggregator.flush();
    }),
  },
  // Each holds its last aggregate, up to 50 KiB, until a turn: that is what is open, and nothing more.
  '1500 aggregators in one turn, each dropped with what is open': {
    mostMiB: 300,
    takes: inOneTurn((given) => new kpl.RecordAggregator().addUserRecords(given)),
  },
  "1500 of the drop-in's aggregators in one turn": {
    mostMiB: 120,
    takes: inOneTurn((given) => new compat.RecordAggregator(() => {}).aggregateRecords(given, true)),
  },
  '200 idle aggregators after flush': { mostMiB: 130, takes: () => idle((aggregator) => aggregator.flush()) },
  '200 idle aggregators after clear': { mostMiB: 130, takes: () => idle((aggregator) => aggregator.clear()) },
  '64 open aggregates of records with 200 bytes': {
    mostMiB: MOST_OF_OPEN_AGGREGATES,
    takes: () => filled((i) => ({ partitionKey: String(i % 997), data: Buffer.alloc(200) })),
  },
  '64 open aggregates of records with one byte': {
    mostMiB: MOST_OF_OPEN_AGGREGATES,
    takes: () => filled((i) => ({ partitionKey: String(i), data: 'x' })),
  },
  '64 open aggregates of nothing but keys': {
    mostMiB: MOST_OF_OPEN_AGGREGATES,
    takes: () => filled((i) => ({ partitionKey: i.toString(36), data: '' })),
  },
  'deaggregate of nothing but keys': { mostMiB: 80, takes: ofKeys((record) => kpl.deaggregate(record)) },
  'decode of nothing but keys': { mostMiB: 80, takes: ofKeys((record) => kpl.decode(record).partitionKey(0)) },
  'iterDeaggregate of nothing but keys': { mostMiB: 80, takes: ofKeys((record) => [...kpl.iterDeaggregate(record)]) },
  'deaggregateRecords of nothing but keys': { mostMiB: 80, takes: ofKeys((record) => kpl.deaggregateRecords(record)) },
  'deaggregate of nothing but keys, in base64': {
    mostMiB: 80,
    takes: ofKeys((record) => kpl.deaggregate(record), lambdaRecord),
  },
  'deaggregate, copied, one record kept of each aggregate': {
    mostMiB: 4,
    takes: pinned((record) => kpl.deaggregate(record, { copy })[5]),
  },
  'deaggregate, copied, one partition key kept of each aggregate': {
    mostMiB: 4,
    takes: pinned((record) => kpl.deaggregate(record, { copy })[5].partitionKey),
  },
  'iterDeaggregate, copied, one record kept of each aggregate': {
    mostMiB: 4,
    takes: pinned((record) => {
      for (const userRecord of kpl.iterDeaggregate(record, { copy })) return userRecord;
    }),
  },
  'decode, copied, one text kept of each aggregate': {
    mostMiB: 4,
    takes: pinned((record) => kpl.decode(record, { copy }).text(5)),
  },
  'decode, copied, one Buffer kept of each aggregate': {
    mostMiB: 4,
    takes: pinned((record) => kpl.decode(record, { copy }).data(5)),
  },
  'deaggregateRecords, copied, one base64 kept of each aggregate': {
    mostMiB: 4,
    takes: pinned((record) => kpl.deaggregateRecords(record, { copy })[5].kinesis.data),
  },
};

const kept = /** @type {unknown[]} */ ([]);

/** What must not be: these have to be found. @type {Record<string, Peak>} */
const PLANTED_PEAKS = {
  'aggregates of 300 calls that are kept': {
    mostMiB: 120,
    takes: inOneTurn((given) => kept.push(kpl.aggregate(given)), 300),
  },
  'a record kept of each aggregate, not copied': { mostMiB: 4, takes: pinned((record) => kpl.deaggregate(record)[5]) },
};

module.exports = { PEAKS, PLANTED_PEAKS };
