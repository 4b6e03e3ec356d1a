'use strict';

// A figure in a document is one that was measured: what stands between the marks is what the kept figures give.

const fs = require('node:fs');
const path = require('node:path');
const { documents, withFigures } = require('../../bench/documents');

test.each(documents().map((file) => [path.relative(path.join(__dirname, '../..'), file), file]))(
  'the figures are those that are kept: %s (if not: npm run bench -- --write-figures)',
  (_, file) => {
    const text = fs.readFileSync(file, 'utf8');
    expect(text).toBe(withFigures(text));
  },
);

test('a block is written anew, and what is around it stays', () => {
  const text = 'before\n<!-- figures:growth -->\nold\n<!-- /figures -->\nafter\n';
  expect(withFigures(text, [])).toBe('before\n<!-- figures:growth -->\nNot measured yet.\n<!-- /figures -->\nafter\n');
});

test('a block that no table is made for, or that nothing closes, is an error', () => {
  expect(() => withFigures('<!-- figures:nothing -->\n<!-- /figures -->', [])).toThrow('there are no figures nothing');
  expect(() => withFigures('<!-- figures:growth -->\nold\n', [])).toThrow('a block of figures is not closed');
});
