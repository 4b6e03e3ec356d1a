'use strict';

// What is measured: a job, what it works on, who competes, and how many times as fast as each rival the package is to be.

const { BEST_JS, CREATE_HASH, INCUMBENT, MD5, NOBODY, PACKAGE } = require('./contestants');

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} title
 * @property {string} job a file of jobs/
 * @property {'runs' | 'firstRun' | 'peakMemory'} measure the time of a run in a process that has run for a while, of loading
 *   and the first run, or the memory of a process that runs a hundred times
 * @property {{ lambda?: import('./workloads').Shape, produce?: import('./workloads').Shape, partitionKeys?: number }} workload
 * @property {string[]} rivals
 * @property {Record<string, number>} [targets] by rival; a row without is shown for what it is
 * @property {Growth} [growth]
 */

/** @typedef {{ series: string, of: 'userRecords' | 'dataBytes', value: number }} Growth where a row stands in a curve */

const KB = 1024;
/** A Lambda event of 88 Kinesis records: with base64 it is just under Lambda's 6 MB. */
const EVENT = { kinesisRecords: 88, bytes: 50 * KB };
const SMALL = { ...EVENT, dataBytes: 100 };
const SMALL_RECORD = { bytes: 50 * KB, dataBytes: 100 };
/** What the old package takes at the most: every contestant then closes one and the same aggregate. */
const FULL = 1024 * KB - 64;

/** @type {Row[]} */
const tableRows = [
  {
    name: 'event-100b',
    title: 'Lambda event of 100 B records, deaggregate()',
    job: 'deaggregate',
    measure: 'runs',
    workload: { lambda: SMALL },
    rivals: [INCUMBENT, BEST_JS, MD5],
    targets: { [INCUMBENT]: 7, [BEST_JS]: 2.2, [MD5]: 1.2 },
  },
  {
    name: 'event-100b-iterate',
    title: 'Lambda event of 100 B records, iterDeaggregate()',
    job: 'iterate',
    measure: 'runs',
    workload: { lambda: SMALL },
    rivals: [INCUMBENT, BEST_JS, MD5],
    targets: { [INCUMBENT]: 7.5, [BEST_JS]: 2.5 },
  },
  {
    name: 'event-100b-text',
    title: 'Lambda event of 100 B records, decode() and text(i)',
    job: 'text',
    measure: 'runs',
    workload: { lambda: SMALL },
    rivals: [INCUMBENT, BEST_JS, MD5],
    targets: { [INCUMBENT]: 13, [BEST_JS]: 4.8, [MD5]: 2.3 },
  },
  {
    name: 'event-100b-text-accents',
    title: 'Lambda event of 100 B not ASCII, decode() and text(i)',
    job: 'text',
    measure: 'runs',
    workload: { lambda: { ...SMALL, accents: true } },
    rivals: [INCUMBENT, BEST_JS, MD5],
  },
  {
    name: 'event-1kb',
    title: 'Lambda event of 1 KB records, deaggregate()',
    job: 'deaggregate',
    measure: 'runs',
    workload: { lambda: { ...EVENT, dataBytes: KB } },
    rivals: [INCUMBENT, BEST_JS, MD5],
    targets: { [INCUMBENT]: 8, [BEST_JS]: 4.4, [MD5]: 3.5 },
  },
  {
    name: 'record-50kb',
    title: 'one 50 KB record of 100 B records, deaggregate()',
    job: 'deaggregate',
    measure: 'runs',
    workload: { lambda: SMALL_RECORD },
    rivals: [INCUMBENT, BEST_JS, MD5],
    targets: { [INCUMBENT]: 3.8, [BEST_JS]: 1.3 },
  },
  {
    name: 'record-1mb',
    title: 'one 1 MB record of 1 KB records, deaggregate()',
    job: 'deaggregate',
    measure: 'runs',
    workload: { lambda: { bytes: 1024 * KB, dataBytes: KB } },
    rivals: [INCUMBENT, BEST_JS, MD5],
    targets: { [INCUMBENT]: 1.5, [BEST_JS]: 1.05 },
  },
  {
    name: 'drop-in',
    title: 'drop-in deaggregateSync(), 50 KB of 100 B records',
    job: 'drop-in',
    measure: 'runs',
    workload: { lambda: SMALL_RECORD },
    rivals: [INCUMBENT, BEST_JS, MD5],
    targets: { [INCUMBENT]: 3.2, [BEST_JS]: 1.3 },
  },
  {
    name: 'add-100b-unique-keys',
    title: 'addUserRecord() to 1 MB, 100 B records, unique keys',
    job: 'add',
    measure: 'runs',
    workload: { produce: { bytes: FULL, dataBytes: 100 } },
    rivals: [INCUMBENT, BEST_JS, MD5],
    targets: { [INCUMBENT]: 4, [BEST_JS]: 1.5 },
  },
  {
    name: 'add-100b-16-keys',
    title: 'addUserRecord() to 1 MB, 100 B records, 16 keys',
    job: 'add',
    measure: 'runs',
    workload: { produce: { bytes: FULL, dataBytes: 100, keys: 16 } },
    rivals: [INCUMBENT, BEST_JS, MD5],
    targets: { [INCUMBENT]: 3, [BEST_JS]: 1.1 },
  },
  {
    name: 'add-1kb',
    title: 'addUserRecord() to 1 MB, 1 KB records',
    job: 'add',
    measure: 'runs',
    workload: { produce: { bytes: FULL, dataBytes: KB } },
    rivals: [INCUMBENT, BEST_JS, MD5],
    targets: { [INCUMBENT]: 1.5, [BEST_JS]: 1.1 },
  },
  {
    name: 'aggregate-16',
    title: 'aggregate() into 16 of 1 MB, 1 KB records',
    job: 'aggregate',
    measure: 'runs',
    workload: { produce: { kinesisRecords: 16, bytes: FULL, dataBytes: KB } },
    rivals: [INCUMBENT, BEST_JS, MD5],
    targets: { [INCUMBENT]: 6, [BEST_JS]: 4 },
  },
  {
    name: 'hash-key',
    title: 'hashKey(), keys of 36 characters',
    job: 'hash-key',
    measure: 'runs',
    workload: { partitionKeys: 10_000 },
    rivals: [CREATE_HASH, BEST_JS],
    targets: { [CREATE_HASH]: 5 },
  },
  {
    name: 'require',
    title: 'require, in a fresh process',
    job: 'require',
    measure: 'firstRun',
    workload: {},
    rivals: [INCUMBENT, BEST_JS],
    targets: { [INCUMBENT]: 15 },
  },
  {
    name: 'first-event-text',
    title: 'require and first Lambda event, decode() and text(i)',
    job: 'text',
    measure: 'firstRun',
    workload: { lambda: SMALL },
    rivals: [INCUMBENT, BEST_JS],
    targets: { [INCUMBENT]: 8, [BEST_JS]: 3 },
  },
  {
    name: 'first-event',
    title: 'require and first Lambda event, deaggregate()',
    job: 'deaggregate',
    measure: 'firstRun',
    workload: { lambda: SMALL },
    rivals: [INCUMBENT, BEST_JS],
    targets: { [INCUMBENT]: 3, [BEST_JS]: 1 },
  },
  {
    name: 'peak-memory',
    title: 'peak memory, one 1 MB record 100 times, deaggregate()',
    job: 'deaggregate',
    measure: 'peakMemory',
    workload: { lambda: { bytes: 1024 * KB, dataBytes: KB } },
    rivals: [INCUMBENT, BEST_JS, NOBODY],
    targets: { [INCUMBENT]: 1.2, [BEST_JS]: 1 },
  },
];

/** One Kinesis record of 10 MiB holds at most 1.7 million user records. */
const COUNTS = [10, 100, 1000, 10_000, 100_000, 1_000_000, 1_700_000];
const DATA_BYTES = [1, 10, 100, 1000, 10_000, 100_000];
const FIXED = { userRecords: 1000, dataBytes: 20 };

/** @type {Row[]} */
const growthRows = [
  ...COUNTS.map((value) => growthRow('deaggregate', 'userRecords', value)),
  ...DATA_BYTES.map((value) => growthRow('deaggregate', 'dataBytes', value)),
  ...COUNTS.map((value) => growthRow('aggregate', 'userRecords', value)),
  ...DATA_BYTES.map((value) => growthRow('aggregate', 'dataBytes', value)),
];

/**
 * @param {'deaggregate' | 'aggregate'} job
 * @param {Growth['of']} of
 * @param {number} value
 * @returns {Row}
 */
function growthRow(job, of, value) {
  const shape = { bytes: 50 * KB, ...FIXED, [of]: value };
  if (of === 'dataBytes') shape.bytes = 1000 * KB;
  const what =
    of === 'userRecords'
      ? `${value} user records of ${shape.dataBytes} B`
      : `${shape.userRecords} user records of ${value} B`;
  return {
    name: `growth-${job}-${of === 'userRecords' ? 'records' : 'bytes'}-${value}`,
    title: `${job}(), ${what}`,
    job,
    measure: 'runs',
    workload: job === 'deaggregate' ? { lambda: shape } : { produce: shape },
    rivals: [INCUMBENT, BEST_JS],
    growth: { series: `${job}-${of}`, of, value },
  };
}

/** @param {Row} row */
function contestantsOf({ rivals }) {
  return [PACKAGE, ...rivals];
}

module.exports = { contestantsOf, rows: [...tableRows, ...growthRows] };
