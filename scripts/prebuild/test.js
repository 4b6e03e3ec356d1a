'use strict';

// Runs the test-suite on the files that are shipped, on every platform that can run here:
// `npm run prebuild:test -- TARGET... | all`.

const path = require('node:path');
const { ROOT } = require('./cache');
const { check } = require('./check');
const { runtimesOf } = require('./runtimes');
const { layOut, runSuite } = require('./suite');
const { targetsFrom } = require('./targets');

/** The row of the table for one runtime. */
function row(target, home, runtime) {
  const started = Date.now();
  const { lanes, passed, failed, skipped, success } = runSuite(home, runtime);
  const neonMissing = target.includes('arm64') && !/neon/i.test(lanes);
  if (!success || neonMissing) process.exitCode = 1;
  return {
    target,
    node: runtime.node,
    how: runtime.how,
    md5: neonMissing ? `${lanes}, NOT NEON` : lanes,
    tests: `${passed} passed, ${failed} failed, ${skipped} skipped`,
    seconds: Math.round((Date.now() - started) / 1000),
  };
}

try {
  const rows = targetsFrom(process.argv.slice(2)).flatMap((target, index, targets) => {
    console.log(`[${index + 1}/${targets.length}] ${target}`);
    check(target, path.join(ROOT, 'prebuilds', `kinesis-agg.${target}.node`));
    const runtimes = runtimesOf(target);
    if (runtimes.length === 0) return [{ target, how: 'static checks only', tests: 'not run: no such system here' }];
    const home = layOut(target);
    return runtimes.map((runtime) => {
      console.log(`  Node ${runtime.node}, ${runtime.how}`);
      return row(target, home, runtime);
    });
  });
  console.table(rows);
} catch (error) {
  console.error(`prebuild:test: ${error.message}`);
  process.exit(1);
}
