'use strict';

// What is measured of the producer, as one table. A target compares two contestants: how many times as much `against` takes as
// `of`. Rows of one contestant have figures of their own, and limits.

const {
  ADD,
  ADD_USER_RECORD,
  AIOKPL,
  BY_HAND,
  ORDERED,
  PRODUCER,
  PUT,
  RECORD,
  RECORDS,
  SEND,
} = require('./contestants');

/**
 * @typedef {object} Target
 * @property {string} of
 * @property {string} against
 * @property {'wallMs' | 'cpuMs'} what
 * @property {number} least
 */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} title
 * @property {'send' | keyof typeof import('./paced').measures | 'require'} [measure] `'send'` unless told
 * @property {'kinesis-local' | 'none' | import('./endpoint').Manners} endpoint none: a client in the process answers at once
 * @property {number} [records]
 * @property {string[]} contestants
 * @property {number} [rounds]
 * @property {object} [options] of the producer
 * @property {Target[]} [targets]
 * @property {{ contestant?: string, what: string, most?: number, least?: number }[]} [limits]
 */

const KEY_ROUTED = { distribution: 'partition-key' };
const PINNED = { ...KEY_ROUTED, routing: 'pinned' };
const LANES = { ...KEY_ROUTED, routing: { lanes: 4 } };

const KIB = 1024;
const SETTINGS = [
  [256 * KIB, 8],
  [512 * KIB, 8],
  [1024 * KIB, 1],
  [1024 * KIB, 4],
  [1024 * KIB, 8],
  [1024 * KIB, 24],
  [4096 * KIB, 8],
];

/** @type {Row[]} */
const rows = [
  {
    name: 'instant',
    title: '`add` and `put` with a client that answers at once, against `addUserRecord`',
    endpoint: 'none',
    records: 500_000,
    contestants: [ADD, PUT, ADD_USER_RECORD],
    options: LANES,
    targets: [
      { of: ADD, against: ADD_USER_RECORD, what: 'wallMs', least: 1 / 1.5 },
      { of: PUT, against: ADD_USER_RECORD, what: 'wallMs', least: 1 / 3 },
    ],
  },
  {
    name: 'null',
    title: 'null endpoint',
    endpoint: {},
    records: 500_000,
    contestants: [PRODUCER, PUT, SEND, BY_HAND],
    targets: [
      { of: PRODUCER, against: SEND, what: 'wallMs', least: 1 },
      { of: PRODUCER, against: SEND, what: 'cpuMs', least: 1 / 1.2 },
      { of: PUT, against: SEND, what: 'cpuMs', least: 1 / 1.8 },
      { of: PRODUCER, against: BY_HAND, what: 'wallMs', least: 0.9 },
      { of: PUT, against: BY_HAND, what: 'wallMs', least: 0.6 },
    ],
  },
  {
    name: 'null-unaggregated',
    title: 'null endpoint, against PutRecords of 500 user records as they are',
    endpoint: {},
    records: 100_000,
    contestants: [PRODUCER, RECORDS],
    targets: [{ of: PRODUCER, against: RECORDS, what: 'wallMs', least: 4 }],
  },
  {
    name: 'null-20ms',
    title: 'null endpoint, 20 ms an answer',
    endpoint: { delayMs: 20 },
    records: 500_000,
    contestants: [PRODUCER, SEND],
    targets: [{ of: PRODUCER, against: SEND, what: 'wallMs', least: 1.2 }],
  },
  {
    name: 'ordered',
    title: '64 lanes in order against 64 lanes, null endpoint, 20 ms an answer',
    endpoint: { delayMs: 20 },
    records: 500_000,
    contestants: [ORDERED, PRODUCER],
    options: { ...KEY_ROUTED, routing: { lanes: 64 } },
    targets: [{ of: ORDERED, against: PRODUCER, what: 'wallMs', least: 0.8 }],
  },
  {
    name: 'local',
    title: 'kinesis-local, 4 shards',
    endpoint: 'kinesis-local',
    records: 20_000,
    // The first finds the endpoint cold.
    contestants: [RECORDS, PRODUCER, PUT, SEND, RECORD, AIOKPL],
    rounds: 1,
    // It takes seconds for a request of 1 MiB.
    options: { requestTimeoutMs: 120_000, recordTtlMs: 300_000 },
    targets: [
      { of: PRODUCER, against: RECORD, what: 'wallMs', least: 10 },
      { of: PRODUCER, against: RECORD, what: 'cpuMs', least: 20 },
      { of: PRODUCER, against: RECORDS, what: 'wallMs', least: 8 },
      { of: PRODUCER, against: SEND, what: 'wallMs', least: 1 },
    ],
  },
  {
    name: 'throttled-shard',
    title: 'one of four shards throttles for ever, 8000 records/s, TTL 5 s, 20 s long (a ninth of three minutes)',
    measure: 'throttledShard',
    endpoint: { reads: true, throttledShard: 0 },
    contestants: [ADD],
    rounds: 1,
    options: { recordTtlMs: 5000, shardRateLimit: 150 },
    limits: [{ what: 'othersShare', least: 0.95 }],
  },
  {
    name: 'outage',
    title: '10 s without an endpoint, 5000 records/s of 200 B (1 MB/s)',
    measure: 'outage',
    endpoint: { reads: true, outageMs: [2000, 12_000] },
    contestants: [ADD],
    rounds: 1,
    options: { shardRateLimit: 150 },
    limits: [{ what: 'drainToLimit', most: 1 }],
  },
  {
    name: 'no-outage',
    title: 'the same without the outage, for its requests',
    measure: 'outage',
    endpoint: { reads: true },
    contestants: [ADD],
    rounds: 1,
    options: { shardRateLimit: 150 },
  },
  ...[
    { routing: 'shards', least: 0.96 },
    { routing: 'pinned', least: 0.99 },
  ].map(({ routing, least }) => ({
    name: `units-${routing}`,
    title: `PUT payload units saved, 1000 records/s of 200 B for 5 s, linger 100 ms, routing '${routing}'`,
    measure: /** @type {const} */ ('units'),
    endpoint: { reads: true },
    contestants: [ADD],
    rounds: 1,
    options: { ...KEY_ROUTED, routing },
    limits: [{ what: 'saved', least }],
  })),
  {
    name: 'idle',
    title: 'one `put` at rest, answers after 20 ms: ms beyond linger and answer; beyond the answer with `flush`',
    measure: 'idle',
    endpoint: { delayMs: 20 },
    contestants: [PUT],
    rounds: 1,
    options: PINNED,
    limits: [
      { what: 'beyondLinger', most: 15 },
      { what: 'beyondAnswer', most: 5 },
    ],
  },
  {
    name: 'require',
    title: "`require('kinesis-agg/producer')` beyond `require('kinesis-agg')`, ms",
    measure: 'require',
    endpoint: 'none',
    contestants: [PRODUCER],
    rounds: 9,
    limits: [{ what: 'beyondIndex', most: 2 }],
  },
];

/** What the defaults of `maxRequestBytes` and `maxInFlightRequests` were chosen by. Not part of the run of all. */
const settingsRows = SETTINGS.map(([maxRequestBytes, maxInFlightRequests]) => ({
  name: `settings-${maxRequestBytes / KIB}k-${maxInFlightRequests}`,
  title: `maxRequestBytes ${maxRequestBytes}, maxInFlightRequests ${maxInFlightRequests}, 20 ms an answer`,
  endpoint: { delayMs: 20 },
  records: 300_000,
  contestants: [PRODUCER],
  rounds: 2,
  options: { ...PINNED, maxRequestBytes, maxInFlightRequests },
}));

module.exports = { rows, settingsRows };
