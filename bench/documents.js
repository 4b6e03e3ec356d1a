'use strict';

// The figures in the documents, written by the tool that measured them. Between `<!-- figures:NAME -->` and `<!-- /figures -->`
// stands what tables.js makes of the newest figures under that name, and nothing is written there by hand.

const fs = require('node:fs');
const path = require('node:path');
const { allKept } = require('./results');
const { tables } = require('./tables');

const ROOT = path.join(__dirname, '..');
const BLOCK = /(<!-- figures:([\w-]+) -->\n)[\s\S]*?(<!-- \/figures -->)/g;

/** The documents that have figures. */
function documents() {
  const docs = fs.readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', 'bench/README.md', ...docs.map((name) => `docs/${name}`)]
    .map((name) => path.join(ROOT, name))
    .filter((file) => fs.readFileSync(file, 'utf8').includes('<!-- figures:'));
}

/**
 * A document with every block anew.
 *
 * @param {string} text
 * @param {import('./results').Results[]} [kept]
 */
function withFigures(text, kept = allKept()) {
  const opened = text.split('<!-- figures:').length;
  if (opened !== text.split('<!-- /figures -->').length) throw new Error('a block of figures is not closed');
  return text.replace(BLOCK, (_, open, name, close) => {
    const table = tables[name];
    if (table === undefined)
      throw new Error(`there are no figures ${name}: there are ${Object.keys(tables).join(', ')}`);
    return `${open}${table(kept)}\n${close}`;
  });
}

/** Writes them, and gives those that were stale. */
function writeDocuments() {
  const stale = documents().filter(
    (file) => withFigures(fs.readFileSync(file, 'utf8')) !== fs.readFileSync(file, 'utf8'),
  );
  for (const file of stale) fs.writeFileSync(file, withFigures(fs.readFileSync(file, 'utf8')));
  return stale;
}

module.exports = { documents, withFigures, writeDocuments };
