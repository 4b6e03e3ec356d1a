'use strict';

// Bundles and zips, moved away from the project that made them and run there as Lambda runs a function.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { runtimesOf } = require('../../../scripts/release/runtimes');
const { invoke } = require('./lambda/runtime-api');
const { ROOT, emptyFolder, installed, place, ran } = require('./tarball');

const BUNDLERS = path.join(ROOT, 'examples/bundlers');
const HANDLERS = path.join(ROOT, 'examples/lambda');

const project = installed();
place(project, HANDLERS, 'handler.js', 'handler.mjs');
const { aggregate } = require(path.join(project, 'node_modules/kinesis-agg'));

/** What Lambda hands to a function for `count` user records. */
function eventOf(count) {
  const userRecords = Array.from({ length: count }, (_, i) => ({ partitionKey: `key-${i}`, data: `user record ${i}` }));
  const Records = aggregate(userRecords).map(({ PartitionKey, Data }, i) => ({
    eventSource: 'aws:kinesis',
    eventID: `shardId-000000000000:${i}`,
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: PartitionKey,
      sequenceNumber: `${i}`,
      data: Data.toString('base64'),
    },
  }));
  return { Records };
}

/** Unzips a function somewhere else and invokes it twice: the second time it is warm. */
async function deployed(zip, node = process.execPath) {
  const root = emptyFolder();
  ran('unzip', ['-q', zip, '-d', root]);
  const answers = await invoke({ node, root, handler: 'handler.handler', events: [eventOf(100), eventOf(1)] });
  assert.deepStrictEqual(answers, [
    { userRecords: 100, bytes: 1390 },
    { userRecords: 1, bytes: 13 },
  ]);
}

function zipped(folder) {
  const zip = path.join(emptyFolder(), 'function.zip');
  ran('zip', ['-qr', zip, '.'], { cwd: folder });
  return zip;
}

/** A folder with one handler and node_modules, as the plain zip of docs/deploying.md. */
function plainFunction(handler) {
  const folder = emptyFolder();
  place(folder, project, handler, 'node_modules');
  return folder;
}

for (const handler of ['handler.js', 'handler.mjs']) {
  test(`plain zip, ${handler}`, () => deployed(zipped(plainFunction(handler))));
}

for (const [bundler, handler] of [
  ['esbuild-cjs', 'handler.js'],
  ['esbuild-esm', 'handler.mjs'],
  ['esbuild-external', 'handler.js'],
  ['webpack', 'handler.js'],
  ['rollup', 'handler.mjs'],
]) {
  test(`bundled by ${bundler}`, () => {
    const env = { ...process.env, NODE_PATH: path.join(ROOT, 'node_modules') };
    ran(process.execPath, [path.join(BUNDLERS, `${bundler}.js`), handler, bundler], { cwd: project, env });
    return deployed(zipped(path.join(project, bundler)));
  });
}

test('bundled from a package stripped to one binary', () => {
  const stripped = installed();
  place(stripped, HANDLERS, 'handler.js');
  const prebuilds = path.join(stripped, 'node_modules/kinesis-agg/prebuilds');
  for (const file of fs.readdirSync(prebuilds)) {
    if (!file.includes(`${process.platform}-${process.arch}`)) fs.rmSync(path.join(prebuilds, file));
  }
  const env = { ...process.env, NODE_PATH: path.join(ROOT, 'node_modules') };
  ran(process.execPath, [path.join(BUNDLERS, 'esbuild-cjs.js'), 'handler.js', 'dist'], { cwd: stripped, env });
  return deployed(zipped(path.join(stripped, 'dist')));
});

test('as a layer', async () => {
  // Lambda mounts a layer at /opt and puts /opt/nodejs/node_modules on NODE_PATH.
  const layer = emptyFolder();
  fs.cpSync(path.join(project, 'node_modules'), path.join(layer, 'nodejs/node_modules'), { recursive: true });
  const root = emptyFolder();
  place(root, project, 'handler.js');
  process.env.NODE_PATH = path.join(layer, 'nodejs/node_modules');
  try {
    const [answer] = await invoke({ node: process.execPath, root, handler: 'handler.handler', events: [eventOf(100)] });
    assert.strictEqual(answer.userRecords, 100);
  } finally {
    delete process.env.NODE_PATH;
  }
});

for (const [target, major] of [
  ['linux-x64-gnu', '22'],
  ['linux-x64-gnu', '24'],
  ['linux-arm64-gnu', '22'],
  ['linux-arm64-gnu', '24'],
]) {
  const isBuilt = fs.existsSync(path.join(ROOT, `prebuilds/kinesis-agg.${target}.node`));
  const canRun = process.platform === 'linux' && process.arch === 'x64';
  test(`plain zip on ${target}, nodejs${major}.x`, {
    skip: !(isBuilt && canRun) && `npm run release:build -- ${target}, on Linux x64`,
  }, () => {
    const { executable } = runtimesOf(target).find(({ node }) => node.startsWith(`${major}.`));
    return deployed(zipped(plainFunction('handler.js')), executable);
  });
}
