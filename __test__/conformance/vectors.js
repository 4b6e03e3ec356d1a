'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** The lines of `good.jsonl` or `bad.jsonl`. */
function vectors(name) {
  const text = fs.readFileSync(path.join(__dirname, '..', 'vectors', `${name}.jsonl`), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

module.exports = { vectors };
