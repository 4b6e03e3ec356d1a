'use strict';

// The other implementations of the format, each with the same face: `read` takes an aggregate apart, `write` makes
// aggregates.
//
// Python's answer over one long-lived process; the npm package is called where it stands.

const { spawn } = require('node:child_process');
const { join } = require('node:path');
const readline = require('node:readline');
const { PYTHON, installed } = require('../../support/python-packages');

const AWS_KINESIS_AGG = '1.2.3';
const AIOKPL = '0.2.0';
/** aws-kinesis-agg imports these; aiokpl's codec imports nothing. */
const IMPORTED = ['protobuf==7.36.2', 'six==1.17.0'];

/**
 * @typedef {{ partitionKey: string, explicitHashKey: string | null, data: Buffer }} PeerRecord also the outside of an
 *   aggregate
 * @typedef {{ aggregated: boolean, records: PeerRecord[], error?: undefined } | { error: string }} Read
 * @typedef {{ aggregates: PeerRecord[], error?: undefined } | { error: string }} Written
 *
 * @typedef {object} Peer
 * @property {string} name
 * @property {(data: Buffer) => Promise<Read>} read
 * @property {(records: PeerRecord[], maxSize: number) => Promise<Written>} write
 */

/** @returns {{ peers: Peer[], stop(): void }} */
function startPeers() {
  const python = startPython();
  const peers = [
    npmPeer(),
    pythonPeer(python, 'aws-kinesis-agg', AWS_KINESIS_AGG),
    pythonPeer(python, 'aiokpl', AIOKPL),
  ];
  return { peers, stop: () => python.stop() };
}

/** The directory of the Python packages. */
function pythonPackages() {
  return installed(`aws-kinesis-agg-${AWS_KINESIS_AGG}-aiokpl-${AIOKPL}`, [
    `aws-kinesis-agg==${AWS_KINESIS_AGG}`,
    `aiokpl==${AIOKPL}`,
    ...IMPORTED,
  ]);
}

function startPython() {
  const directory = pythonPackages();
  const script = join(__dirname, 'python_peers.py');
  const python = spawn(PYTHON, [script, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [];
  readline.createInterface({ input: python.stdout }).on('line', (line) => waiting.shift().resolve(JSON.parse(line)));
  python.on('exit', (code) => {
    for (const { reject } of waiting.splice(0))
      reject(new Error(`python ended with code ${code} before it had answered`));
  });
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        python.stdin.write(`${JSON.stringify(request)}\n`);
      }),
    stop: () => python.stdin.end(),
  };
}

/** @returns {Peer} */
function pythonPeer(python, name, version) {
  const record = ([partitionKey, explicitHashKey, data]) => ({
    partitionKey,
    explicitHashKey,
    data: Buffer.from(data, 'base64'),
  });
  return {
    name: `${name} ${version} (Python)`,
    async read(data) {
      const { error, aggregated, records } = await python.ask({
        package: name,
        op: 'read',
        data: data.toString('base64'),
      });
      return error ? { error } : { aggregated, records: records.map(record) };
    },
    async write(records, maxSize) {
      const rows = records.map(({ partitionKey, explicitHashKey, data }) => [
        partitionKey,
        explicitHashKey,
        data.toString('base64'),
      ]);
      const { error, aggregates } = await python.ask({ package: name, op: 'write', records: rows, maxSize });
      return error ? { error } : { aggregates: aggregates.map(record) };
    },
  };
}

/** @returns {Peer} */
function npmPeer() {
  const { deaggregateSync, RecordAggregator } = require('aws-kinesis-agg');
  const { version } = require('aws-kinesis-agg/package.json');
  return {
    name: `aws-kinesis-agg ${version} (npm)`,
    async read(data) {
      let answer;
      deaggregateSync(
        { partitionKey: 'outer', sequenceNumber: '1', data: data.toString('base64') },
        true,
        (error, records) => {
          answer = error
            ? { error: String(error) }
            : {
                aggregated: records.every(({ subSequenceNumber }) => subSequenceNumber !== undefined),
                records: records.map((record) => ({
                  partitionKey: record.partitionKey,
                  explicitHashKey: record.explicitPartitionKey ?? null,
                  data: Buffer.from(record.data, 'base64'),
                })),
              };
        },
      );
      return answer;
    },
    // It has no limit to choose, so maxSize is ignored; it writes into what it is given, so it gets copies.
    async write(records) {
      const aggregates = [];
      let failure;
      try {
        new RecordAggregator().aggregateRecords(
          records.map(({ explicitHashKey, ...record }) =>
            explicitHashKey === null ? record : { ...record, explicitHashKey },
          ),
          true,
          (error, entry) => {
            failure ??= error;
            if (entry)
              aggregates.push({
                partitionKey: entry.partitionKey,
                explicitHashKey: entry.ExplicitHashKey ?? null,
                data: entry.data,
              });
          },
        );
      } catch (error) {
        failure = error;
      }
      return failure ? { error: String(failure) } : { aggregates };
    },
  };
}

module.exports = { pythonPackages, startPeers };
