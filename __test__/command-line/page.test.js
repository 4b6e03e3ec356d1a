'use strict';

const { readFileSync } = require('node:fs');
const { blocksOf } = require('../../scripts/doc-blocks');
const { PAGE, SCRIPT, filled } = require('./page');
const { linesOf } = require('../support/command-line');

const page = readFileSync(PAGE, 'utf8');

test('the page shows what its scripts print: node __test__/command-line/page.js writes it', () => {
  expect(page).toBe(filled(page));
});

test('every script of the page is shown with what it prints', () => {
  const scripts = blocksOf(page).filter(({ language }) => language === 'sh');
  expect([...page.matchAll(SCRIPT)]).toHaveLength(scripts.length);
  expect(scripts.length).toBeGreaterThan(7);
});

test('and no line of a table is longer than a terminal of 80 columns', () => {
  const shown = blocksOf(page).filter(({ language }) => language === 'text');
  const lines = shown.flatMap(({ code }) => linesOf(code)).filter((line) => !/^(?:\{|kinesis-agg: )/.test(line));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});
