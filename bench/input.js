'use strict';

// What a row works on, from the process that makes it to those that use it, by a file: a fresh process shall do nothing
// before its contestant but read JSON.

const fs = require('node:fs');

/**
 * @param {string} file
 * @param {import('./rows').Row} row
 * @returns {{ userRecords: number, bytes: number }} its size
 */
function writeInput(file, { lambda, produce, partitionKeys }) {
  const { lambdaRecords, uuids, userRecordsToAggregate } = require('./workloads');
  if (lambda) {
    const { records, userRecords } = lambdaRecords(lambda);
    writeLines(file, 'lambda', records);
    return {
      userRecords,
      bytes: records.reduce((sum, { kinesis }) => sum + Buffer.byteLength(kinesis.data, 'base64'), 0),
    };
  }
  if (produce) {
    const userRecords = userRecordsToAggregate(produce);
    writeLines(
      file,
      'produce',
      userRecords.map(({ partitionKey, data }) => [partitionKey, data.toString('base64')]),
    );
    return { userRecords: userRecords.length, bytes: userRecords.reduce((sum, { data }) => sum + data.length, 0) };
  }
  const keys = uuids(partitionKeys ?? 0);
  writeLines(file, 'partitionKeys', keys);
  return { userRecords: keys.length, bytes: keys.length * 36 };
}

/** A line for each value: one JSON text of everything could be longer than a string may be. */
function writeLines(file, kind, values) {
  const output = fs.openSync(file, 'w');
  fs.writeSync(output, `${kind}\n`);
  for (const value of values) fs.writeSync(output, `${JSON.stringify(value)}\n`);
  fs.closeSync(output);
}

/** @param {string} file */
function readInput(file) {
  const [kind, ...lines] = fs.readFileSync(file, 'latin1').split('\n');
  lines.pop();
  const values = lines.map((line) => JSON.parse(line));
  if (kind !== 'produce') return values;
  return values.map(([partitionKey, data]) => ({ partitionKey, data: Buffer.from(data, 'base64') }));
}

module.exports = { readInput, writeInput };
