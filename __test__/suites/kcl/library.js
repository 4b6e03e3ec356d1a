'use strict';

// The real Amazon Kinesis Client Library as a long-lived process: `const kcl = startKcl(); await kcl.ask(requests);
// kcl.stop()`. The jars come from the Python package kclpy-ext, which carries the KCL and all that it depends on.

const { spawn } = require('node:child_process');
const { existsSync, mkdirSync, renameSync, rmSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { CACHE, MissingProgram, installed, run } = require('../../support/python-packages');

const PACKAGE = 'kclpy-ext';
const PACKAGE_VERSION = '3.1.3.post4';
const KCL_VERSION = '3.1.3';
const SOURCES = __dirname;

/**
 * @typedef {object} PutRecord a Kinesis record as a shard holds it
 * @property {string} partitionKey
 * @property {string} sequenceNumber
 * @property {Uint8Array} data
 *
 * @typedef {{ start: string, end: string }} Range hash keys, both ends included
 * @typedef {{ records: PutRecord[], range?: Range }} Request one GetRecords batch of one shard
 *
 * @typedef {object} HandedOn a KinesisClientRecord
 * @property {string} partitionKey
 * @property {string | null} explicitHashKey
 * @property {Buffer} data
 * @property {string} sequenceNumber
 * @property {number} subSequenceNumber
 * @property {boolean} aggregated
 *
 * @typedef {{ records: HandedOn[], thrown?: string }} Answer
 */

function startKcl() {
  const jars = join(
    installed(`${PACKAGE}-${PACKAGE_VERSION}`, [`${PACKAGE}==${PACKAGE_VERSION}`]),
    'amazon_kclpy',
    'jars',
  );
  if (!existsSync(join(jars, `amazon-kinesis-client-${KCL_VERSION}.jar`))) {
    throw new MissingProgram(
      `${PACKAGE} ${PACKAGE_VERSION} does not contain the KCL ${KCL_VERSION} where it used to be.`,
    );
  }
  return new Kcl(compiledDriver(jars), jars);
}

/** Compiles the driver unless the cache has it, and gives the directory of its classes. */
function compiledDriver(jars) {
  const sources = [join(SOURCES, 'Driver.java'), join(SOURCES, 'javax', 'xml', 'bind', 'DatatypeConverter.java')];
  const classes = join(CACHE, 'kcl-driver');
  const changed = Math.max(...sources.map((source) => statSync(source).mtimeMs));
  if (existsSync(classes) && statSync(classes).mtimeMs > changed) return classes;

  const unfinished = `${classes}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  // -proc:none: the jars bring annotation processors that have no business here.
  run('javac', ['-proc:none', '-cp', join(jars, '*'), '-d', unfinished, ...sources], 'compile the driver of the KCL');
  rmSync(classes, { recursive: true, force: true });
  renameSync(unfinished, classes);
  return classes;
}

class Kcl {
  version = KCL_VERSION;
  #java;
  #pending = Buffer.alloc(0);
  /** @type {((answer: Answer | Error) => void)[]} */
  #waiting = [];

  constructor(classes, jars) {
    const classPath = [classes, join(jars, '*')].join(process.platform === 'win32' ? ';' : ':');
    this.#java = spawn('java', ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx1g', '-cp', classPath, 'Driver'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#java.stdout.on('data', (chunk) => this.#receive(chunk));
    this.#java.on('error', () => this.#fail(new MissingProgram('java was not found; it is needed to run the KCL.')));
    this.#java.on('exit', (code) => this.#fail(new Error(`java ended with code ${code} before it had answered`)));
  }

  /**
   * What the KCL hands on for each request.
   * @param {Request[]} requests
   * @returns {Promise<Answer[]>}
   */
  ask(requests) {
    const answers = requests.map(
      () =>
        new Promise((resolve, reject) => {
          this.#waiting.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
        }),
    );
    const bytes = new Writer();
    for (const { range, records } of requests) {
      bytes.string(range?.start ?? null);
      bytes.string(range?.end ?? null);
      bytes.int(records.length);
      for (const record of records) {
        bytes.string(record.partitionKey);
        bytes.string(record.sequenceNumber);
        bytes.bytes(record.data);
      }
    }
    this.#java.stdin.write(bytes.finish());
    return Promise.all(answers);
  }

  stop() {
    this.#java.stdin.end();
  }

  #receive(chunk) {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= 4) {
      const end = 4 + this.#pending.readInt32BE(0);
      if (this.#pending.length < end) return;
      this.#waiting.shift()?.(readAnswer(new Reader(this.#pending.subarray(4, end))));
      this.#pending = this.#pending.subarray(end);
    }
  }

  #fail(error) {
    for (const settle of this.#waiting.splice(0)) settle(error);
  }
}

/** @returns {Answer} */
function readAnswer(bytes) {
  const count = bytes.int();
  if (count < 0) return { records: [], thrown: bytes.string() };
  return {
    records: Array.from({ length: count }, () => ({
      partitionKey: bytes.string(),
      explicitHashKey: bytes.string(),
      data: bytes.bytes(),
      sequenceNumber: bytes.string(),
      subSequenceNumber: bytes.long(),
      aggregated: bytes.byte() === 1,
    })),
  };
}

/** The protocol of Driver.java, outgoing. */
class Writer {
  #parts = [];

  int(value) {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    this.#parts.push(bytes);
  }

  bytes(value) {
    this.int(value === null ? -1 : value.length);
    if (value !== null) this.#parts.push(value);
  }

  string(value) {
    this.bytes(value === null ? null : Buffer.from(value));
  }

  finish() {
    return Buffer.concat(this.#parts);
  }
}

/** The protocol of Driver.java, incoming. */
class Reader {
  #bytes;
  #position = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  #take(length) {
    this.#position += length;
    return this.#bytes.subarray(this.#position - length, this.#position);
  }

  int() {
    return this.#take(4).readInt32BE(0);
  }

  long() {
    return Number(this.#take(8).readBigInt64BE(0));
  }

  byte() {
    return this.#take(1)[0];
  }

  bytes() {
    const length = this.int();
    return length < 0 ? null : this.#take(length);
  }

  string() {
    return this.bytes()?.toString() ?? null;
  }
}

module.exports = { startKcl };
