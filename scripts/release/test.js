'use strict';

// Runs the test-suite on the files that are shipped, on every platform that can run here:
// `npm run release:test -- TARGET... | all [--node 24] [--without PATTERN]`, the pattern being one of test files to leave out.

const path = require('node:path');
const { parseArgs } = require('node:util');
const { ROOT } = require('./cache');
const { check } = require('./check');
const { runtimesOf } = require('./runtimes');
const { layOut, runSuite } = require('./suite');
const { targetsFrom } = require('./targets');

const table = [];
const total = { passed: 0, failed: 0 };

/** Tests one target under each of its Nodes, or only under that of the major version `node`. */
function testTarget(target, { node: major, without }) {
  check(target, path.join(ROOT, 'prebuilds', `kinesis-agg.${target}.node`));
  total.passed += 1;
  const all = runtimesOf(target);
  if (all.length === 0) {
    table.push({ target, how: 'static checks only', tests: 'not run: no such system here' });
    return;
  }
  const runtimes = all.filter(({ node }) => !major || node.startsWith(`${major}.`));
  if (runtimes.length === 0) throw new Error(`there is no Node ${major} for it here`);
  const home = layOut(target);
  for (const runtime of runtimes) {
    console.log(`  Node ${runtime.node}, ${runtime.how}`);
    table.push(row(target, home, runtime, without));
  }
}

/** The row for one runtime. */
function row(target, home, runtime, without) {
  const started = Date.now();
  const { md5, passed, failed, skipped, success } = runSuite(home, target, runtime, without);
  const neonMissing = target.includes('arm64') && md5 !== 'neon';
  total.passed += passed;
  total.failed += failed + Number(neonMissing || (!success && failed === 0));
  return {
    target,
    node: runtime.node,
    how: without ? `${runtime.how}, without ${without}` : runtime.how,
    md5: neonMissing ? `${md5}, NOT NEON` : md5,
    tests: `${passed} passed, ${failed} failed, ${skipped} skipped`,
    seconds: Math.round((Date.now() - started) / 1000),
  };
}

/** A fault in one target does not keep the others from being tested. */
function testTargets(targets, chosen) {
  for (const [index, target] of targets.entries()) {
    console.log(`[${index + 1}/${targets.length}] ${target}`);
    try {
      testTarget(target, chosen);
    } catch (error) {
      console.error(error.message);
      total.failed += 1;
      table.push({ target, tests: 'FAILED' });
    }
  }
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { node: { type: 'string' }, without: { type: 'string' } },
  });
  testTargets(targetsFrom(positionals), values);
  console.table(table);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 ? 0 : 1;
} catch (error) {
  console.error(`release:test: ${error.message}`);
  process.exit(1);
}
