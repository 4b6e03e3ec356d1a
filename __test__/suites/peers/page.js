'use strict';

// What docs/migrating.md shows of Python runs, and prints what its comments say: what the JavaScript beside it prints.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { blocksOf } = require('../../../scripts/doc-blocks');
const { PYTHON } = require('../../support/python-packages');
const { pythonPackages } = require('./peers');

const PAGE = path.join(__dirname, '../../../docs/migrating.md');

/** @param {import('../../support/report').Report} report */
function testPage(report) {
  report.heading('docs/migrating.md');
  const blocks = blocksOf(readFileSync(PAGE, 'utf8'));
  const at = blocks.findIndex(({ language }) => language === 'python');
  const { code, line } = blocks[at];
  report.check(`the Python of line ${line}`, () => {
    const { stdout, stderr } = spawnSync(PYTHON, ['-'], {
      input: code,
      encoding: 'utf8',
      env: { ...process.env, PYTHONPATH: pythonPackages() },
    });
    const said = [...code.matchAll(/^ *print\(.*\) {2}# (.*)$/gm)].map(([, text]) => text);
    assert.deepEqual({ stdout, stderr }, { stdout: `${said.join('\n')}\n`, stderr: '' });
    assert.equal(said.length, 1);
    assert.ok(blocks[at + 1].code.includes(`; // ${said[0]}\n`), 'the JavaScript after it prints the same');
  });
}

module.exports = { testPage };
