'use strict';

// Compiles the type tests under every setting that a user may have, the examples of the reference, the faces against
// their declarations, and the public types on their own in an otherwise empty folder.
//
//   npm test -- types [--typescript <folder of another TypeScript>] [--node-types <folder of another @types/node>]

const { spawn } = require('node:child_process');
const { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { copyFileSync, readdirSync, realpathSync } = require('node:fs');
const { availableParallelism, tmpdir } = require('node:os');
const { basename, join, relative, resolve } = require('node:path');
const { parseArgs } = require('node:util');
const { blocksOf } = require('../../../scripts/doc-blocks');
const { docExamples } = require('../../support/doc-examples.js');
const { faces } = require('../../../scripts/faces');
const { pages } = require('../../../scripts/fill-docs');

const root = join(__dirname, '../../..');
const tests = __dirname;

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {string} project its tsconfig
 * @property {(exitCode: number, output: string) => string} [judge] what is wrong, or ''; by default any error is
 * @property {true} [ours] it concerns our code, so that another TypeScript has no say in it
 */

async function main() {
  const { values } = parseArgs({ options: { typescript: { type: 'string' }, 'node-types': { type: 'string' } } });
  const ourTypescript = join(root, 'node_modules', 'typescript');
  const typescript = resolve(values.typescript ?? ourTypescript);
  const nodeTypes = resolve(values['node-types'] ?? join(root, 'node_modules', '@types', 'node'));
  const version = (/** @type {string} */ folder) =>
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  console.log(`type tests: TypeScript ${version(typescript)}, @types/node ${version(nodeTypes)} where alone`);

  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'kinesis-agg-types-')));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(130));

  const checks = [
    ...settings(),
    examples(join(scratch, 'examples')),
    { name: 'the faces against their declarations', project: join(root, 'tsconfig.json'), ours: true },
    ...alone(join(scratch, 'alone'), nodeTypes),
  ];
  let failed = 0;
  const waiting = checks.values();
  const worker = async () => {
    for (const check of waiting) {
      const wrong = await run(check, join(check.ours ? ourTypescript : typescript, 'bin', 'tsc'));
      if (wrong) failed++;
      console.log(`${wrong ? 'FAILED' : 'ok    '} ${check.name}`);
      if (wrong) console.log(wrong.replace(/^/gm, '         '));
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}

/** @returns {Check[]} one for each tsconfig beside the type tests */
function settings() {
  return readdirSync(tests)
    .filter((file) => /^tsconfig\.(?!base\.).*json$/.test(file))
    .map((file) => ({ name: relative(root, join(tests, file)), project: join(tests, file) }));
}

/**
 * @param {string} folder
 * @returns {Check} every @example and every TypeScript program of the pages, compiled as a module of its own against the
 *   real SDK and event types
 */
function examples(folder) {
  besidePackage(folder, ['@aws-sdk', '@types']);
  let count = 0;
  for (const { name: faceName, types } of faces()) {
    for (const { name, line, code } of docExamples(readFileSync(types, 'utf8'))) {
      const file = `${faceName}-line-${line}-${name.replace(/\W+/g, '-')}.mts`;
      writeFileSync(join(folder, file), `${code}export {};\n`);
      count++;
    }
  }
  for (const page of pages()) {
    for (const { language, line, code, file, reason } of blocksOf(readFileSync(join(root, page), 'utf8'))) {
      if (language !== 'ts' || file || reason) continue; // files of examples/ have a project of their own
      writeFileSync(join(folder, `${page.replace(/\W+/g, '-')}-line-${line}.mts`), `${code}export {};\n`);
      count++;
    }
  }
  const project = writeProject(folder, { types: ['node'], include: ['*.mts'] });
  const judge = (/** @type {number} */ exitCode, /** @type {string} */ output) =>
    count === 0 ? 'no @example found' : exitCode ? output : '';
  return { name: `${count} examples in the declarations and pages`, project, judge };
}

/**
 * The package as it is published, with nothing beside it but what is named.
 *
 * @param {string} folder
 * @param {string} nodeTypes
 * @returns {Check[]}
 */
function alone(folder, nodeTypes) {
  const beside = join(folder, 'with-node-types');
  const without = join(folder, 'without-node-types');
  for (const place of [beside, without]) {
    const own = join(place, 'node_modules', 'kinesis-agg');
    mkdirSync(join(place, 'node_modules', '@types'), { recursive: true });
    mkdirSync(own);
    for (const file of [join(root, 'package.json'), ...faces().map(({ types }) => types)]) {
      copyFileSync(file, join(own, basename(file)));
    }
    for (const file of readdirSync(join(tests, 'alone'))) copyFileSync(join(tests, 'alone', file), join(place, file));
  }
  symlinkSync(nodeTypes, join(beside, 'node_modules', '@types', 'node'), 'junction');

  const include = ['import.mts', 'require.cts'];
  const onlyNodeTypes = (/** @type {number} */ exitCode, /** @type {string} */ output) => {
    const errors = output.split('\n').filter((line) => line.includes('error TS'));
    const other = errors.filter((line) => !/Cannot find (name 'Buffer'|type definition file for 'node')/.test(line));
    if (other.length > 0) return other.join('\n');
    return exitCode === 0 || errors.length === 0 ? 'compiles without @types/node: this check sees nothing' : '';
  };
  return [
    {
      name: 'alone: with @types/node, without the SDK and @types/aws-lambda',
      project: writeProject(beside, { types: ['node'], include }),
    },
    {
      name: "alone: types: [], the default of TypeScript 6, and a Buffer is Node's",
      project: writeProject(beside, { types: [], include: [...include, 'buffer.mts'] }),
    },
    {
      name: 'alone: without @types/node, nothing else is missing',
      project: writeProject(without, { types: [], include }),
      judge: onlyNodeTypes,
    },
  ];
}

/**
 * Makes a folder in which the package is installed, and of all others only those that are named.
 *
 * @param {string} folder
 * @param {string[]} others
 */
function besidePackage(folder, others) {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(root, join(folder, 'node_modules', 'kinesis-agg'), 'junction');
  for (const name of others) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
  }
}

/**
 * @param {string} folder
 * @param {{ types: string[], include: string[] }} settings
 */
function writeProject(folder, { types, include }) {
  const { compilerOptions } = JSON.parse(readFileSync(join(tests, 'tsconfig.base.json'), 'utf8'));
  Object.assign(compilerOptions, { module: 'node16', exactOptionalPropertyTypes: true, types });
  let number = 1;
  while (existsSync(join(folder, `tsconfig.${number}.json`))) number++;
  const file = join(folder, `tsconfig.${number}.json`);
  writeFileSync(file, JSON.stringify({ compilerOptions, include }));
  return file;
}

/**
 * @param {Check} check
 * @param {string} tsc
 * @returns {Promise<string>} what is wrong, or ''
 */
function run({ project, judge = (exitCode, output) => (exitCode ? output : '') }, tsc) {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [tsc, '--pretty', 'false', '-p', project], { cwd: root });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', failed);
    child.once('close', (exitCode) => {
      const wrong = judge(exitCode ?? 1, output.trim());
      done(wrong || (exitCode === null ? 'tsc was killed' : ''));
    });
  });
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
