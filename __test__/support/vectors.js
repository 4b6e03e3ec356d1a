'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { brotliDecompressSync } = require('node:zlib');

/**
 * The conformance vectors, as `__test__/vectors/README.md` describes them.
 *
 * @param {'good' | 'bad'} name
 * @returns {any[]} one for each line
 */
function vectors(name) {
  const text = brotliDecompressSync(fs.readFileSync(path.join(__dirname, `../vectors/${name}.jsonl.br`))).toString();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

module.exports = { vectors };
