'use strict';

// What is measured, as one table. To add a row: add it here, and if no file of jobs/ does its job yet, one there.

const { BEST_JS, CREATE_HASH, INCUMBENT, KEPT, MD5, NOBODY, PACKAGE } = require('./contestants');

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} title
 * @property {string} job a file of jobs/, which says what each contestant does and what of its results is compared
 * @property {object} [options] for the job
 * @property {'runs' | 'steadiness' | 'firstRun' | 'peakMemory'} [measure] `'runs'` unless told: see child.js
 * @property {import('./workloads').Shape} [lambda] what the contestants get: Lambda records of this shape,
 * @property {import('./workloads').Shape} [produce] or user records,
 * @property {number} [partitionKeys] or so many partition keys
 * @property {Record<string, number | null>} against the other contestants, and how many times as much as the package each is to
 *   need, in the median and in the mean; null for one that is shown for what it is
 * @property {{ median?: number, meanToMedian?: number }} [atMost] for the package itself, in ms
 * @property {Growth} [growth]
 */

/** @typedef {{ series: string, of: 'userRecords' | 'dataBytes', value: number }} Growth where a row stands in a curve */

const KB = 1024;
/** A Lambda event of 88 Kinesis records: with base64 it is just under Lambda's 6 MB. */
const EVENT = { kinesisRecords: 88, bytes: 50 * KB };
const EVENT_100B = { ...EVENT, dataBytes: 100 };
const EVENT_1KB = { ...EVENT, dataBytes: KB };
const RECORD_50KB = { bytes: 50 * KB, dataBytes: 100 };
const RECORD_1MB = { bytes: 1024 * KB, dataBytes: KB };
/** What the old package takes at the most: every contestant then closes one and the same aggregate. */
const FULL = 1024 * KB - 64;
const ADDED_100B = { bytes: FULL, dataBytes: 100 };
const ADDED_16_KEYS = { ...ADDED_100B, keys: 16 };
const ADDED_1KB = { bytes: FULL, dataBytes: KB };
const TO_1MB = { maxAggregateBytes: 1024 * KB };
/** Two PUT payload units. The old package knows no limit but 1 MB, so it does not compete there. */
const TO_50KB = { maxAggregateBytes: 51_200 };

/** @type {Row[]} */
const tableRows = [
  {
    name: 'event-100b',
    title: 'Lambda event of 100 B records, `deaggregate()`',
    job: 'deaggregate',
    lambda: EVENT_100B,
    against: { [INCUMBENT]: 4.8, [BEST_JS]: 2, [KEPT]: 3, [MD5]: 1.05 },
  },
  {
    name: 'event-100b-300',
    title: 'the first 300 Lambda events of a process, 100 B records, `deaggregate()`',
    job: 'deaggregate',
    measure: 'steadiness',
    lambda: EVENT_100B,
    against: { [KEPT]: null },
    atMost: { meanToMedian: 1.25 },
  },
  {
    name: 'event-100b-iterate',
    title: 'Lambda event of 100 B records, `iterDeaggregate()`',
    job: 'iterate',
    lambda: EVENT_100B,
    against: { [INCUMBENT]: 6, [BEST_JS]: 2.6, [MD5]: 1.4 },
  },
  {
    name: 'event-100b-text',
    title: 'Lambda event of 100 B records, `decode()` and `text(i)`',
    job: 'text',
    lambda: EVENT_100B,
    against: { [INCUMBENT]: 9, [BEST_JS]: 4.2, [MD5]: 1.9 },
  },
  {
    name: 'event-100b-text-accents',
    title: 'Lambda event of 100 B, not ASCII, `decode()` and `text(i)`',
    job: 'text',
    lambda: { ...EVENT_100B, accents: true },
    against: { [INCUMBENT]: null, [BEST_JS]: null },
  },
  {
    name: 'event-1kb',
    title: 'Lambda event of 1 KB records, `deaggregate()`',
    job: 'deaggregate',
    lambda: EVENT_1KB,
    against: { [INCUMBENT]: 5.8, [BEST_JS]: 3.6, [KEPT]: null, [MD5]: 2.6 },
  },
  {
    name: 'record-50kb',
    title: 'one 50 KB record of 100 B records, `deaggregate()`',
    job: 'deaggregate',
    lambda: RECORD_50KB,
    against: { [INCUMBENT]: 2.8, [BEST_JS]: 1.05, [MD5]: null },
  },
  {
    name: 'record-1mb',
    title: 'one 1 MB record of 1 KB records, `deaggregate()`',
    job: 'deaggregate',
    lambda: RECORD_1MB,
    against: { [INCUMBENT]: 1.6, [BEST_JS]: 1, [MD5]: null },
  },
  {
    name: 'drop-in',
    title: 'drop-in `deaggregateSync()`, 50 KB of 100 B records',
    job: 'drop-in',
    lambda: RECORD_50KB,
    against: { [INCUMBENT]: 2.1, [BEST_JS]: null },
  },
  {
    name: 'add-100b-unique-keys',
    title: '`addUserRecord()` to 1 MB, 100 B records, unique keys',
    job: 'add',
    options: TO_1MB,
    produce: ADDED_100B,
    against: { [INCUMBENT]: 2.6, [BEST_JS]: 1.2, [MD5]: null },
  },
  {
    name: 'add-100b-16-keys',
    title: '`addUserRecord()` to 1 MB, 100 B records, 16 keys',
    job: 'add',
    options: TO_1MB,
    produce: ADDED_16_KEYS,
    against: { [INCUMBENT]: 1.75, [BEST_JS]: 0.9, [MD5]: null },
  },
  {
    name: 'add-1kb',
    title: '`addUserRecord()` to 1 MB, 1 KB records',
    job: 'add',
    options: TO_1MB,
    produce: ADDED_1KB,
    against: { [INCUMBENT]: 1.4, [BEST_JS]: 1, [MD5]: null },
  },
  {
    name: 'add-100b-unique-keys-50kb',
    title: '`addUserRecord()` to 50 KB, 100 B records, unique keys',
    job: 'add',
    options: TO_50KB,
    produce: ADDED_100B,
    against: { [BEST_JS]: null },
  },
  {
    name: 'add-100b-16-keys-50kb',
    title: '`addUserRecord()` to 50 KB, 100 B records, 16 keys',
    job: 'add',
    options: TO_50KB,
    produce: ADDED_16_KEYS,
    against: { [BEST_JS]: null },
  },
  {
    name: 'add-1kb-50kb',
    title: '`addUserRecord()` to 50 KB, 1 KB records',
    job: 'add',
    options: TO_50KB,
    produce: ADDED_1KB,
    against: { [BEST_JS]: null },
  },
  {
    name: 'aggregate-16',
    title: '`aggregate(records)` into 16 of 1 MB, 1 KB records',
    job: 'aggregate',
    options: TO_1MB,
    produce: { kinesisRecords: 16, bytes: FULL, dataBytes: KB },
    against: { [INCUMBENT]: 4, [BEST_JS]: 2.8, [MD5]: null },
  },
  {
    name: 'aggregate-50kb',
    title: '`aggregate(records)` of 1 MB into 50 KB, 1 KB records',
    job: 'aggregate',
    options: TO_50KB,
    produce: ADDED_1KB,
    against: { [BEST_JS]: null },
  },
  {
    name: 'hash-key',
    title: '`hashKey()`, 10 000 keys of 36 characters',
    job: 'hash-key',
    partitionKeys: 10_000,
    against: { [CREATE_HASH]: null, [BEST_JS]: null },
  },
  {
    name: 'require',
    title: '`require` in a fresh process',
    job: 'require',
    measure: 'firstRun',
    against: { [INCUMBENT]: 9, [BEST_JS]: null },
    atMost: { median: 2.5 },
  },
  {
    name: 'first-event-text',
    title: '`require` and first Lambda event, `decode()` and `text(i)`',
    job: 'text',
    measure: 'firstRun',
    lambda: EVENT_100B,
    against: { [INCUMBENT]: 5, [BEST_JS]: 1.8 },
  },
  {
    name: 'first-event',
    title: '`require` and first Lambda event, `deaggregate()`',
    job: 'deaggregate',
    measure: 'firstRun',
    lambda: EVENT_100B,
    against: { [INCUMBENT]: 3.2, [BEST_JS]: 1.1 },
  },
  {
    name: 'peak-memory',
    title: 'peak memory, `deaggregate()` of a 1 MB record 100 times',
    job: 'deaggregate',
    measure: 'peakMemory',
    lambda: RECORD_1MB,
    against: { [INCUMBENT]: 1.2, [BEST_JS]: 1, [NOBODY]: null },
  },
];

/** One Kinesis record of 10 MiB holds at most 1.7 million user records. */
const COUNTS = [10, 100, 1000, 10_000, 100_000, 1_000_000, 1_700_000];
const DATA_BYTES = [1, 10, 100, 1000, 10_000, 100_000];
const FIXED = { userRecords: 1000, dataBytes: 20 };

/** What each user record costs as there are more of them, or larger ones. Not part of the run of all: see README.md. */
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
    title: `\`${job}()\`, ${what}`,
    job,
    ...(job === 'deaggregate' ? { lambda: shape } : { produce: shape, options: TO_1MB }),
    against: { [INCUMBENT]: null, [BEST_JS]: null },
    growth: { series: `${job}-${of}`, of, value },
  };
}

/** @param {Row} row */
function contestantsOf({ against }) {
  return [PACKAGE, ...Object.keys(against)];
}

module.exports = { contestantsOf, growthRows, rows: [...tableRows, ...growthRows], tableRows };
