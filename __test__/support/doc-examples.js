'use strict';

// The @example blocks of a declaration file, so that what the reference shows can be compiled and run.

/**
 * @typedef {object} DocExample
 * @property {string} name what is documented there, such as `RecordAggregator.flush`
 * @property {number} line line of the declaration file on which the code begins, from 1
 * @property {string} code
 * @property {string[]} output what its comments say it prints, line by line
 */

/**
 * @param {string} source text of a declaration file
 * @returns {DocExample[]}
 */
function docExamples(source) {
  /** @type {DocExample[]} */
  const examples = [];
  const lines = source.split('\n');
  let scope = '';
  /** @type {DocExample[]} */
  let unnamed = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    if (/^ *\* ```ts$/.test(line)) {
      const first = i + 1;
      while (!/^ *\* ```$/.test(lines[++i]));
      const body = lines.slice(first, i).map((text) => text.replace(/^ *\* ?/, ''));
      unnamed.push({ name: '', line: first + 1, code: `${body.join('\n')}\n`, output: promisedOutput(body) });
    }
    const declared = /^(?:export )?(?:class|interface|type|function) (\w+)/.exec(line);
    if (declared) scope = declared[1];
    const member = /^ {2}(?:readonly |get |private )?(\[[\w.]+\]|\w+)[?(:]/.exec(line);
    if (!declared && !member) continue;
    for (const example of unnamed) example.name = declared || !member ? scope : `${scope}.${member[1]}`;
    examples.push(...unnamed);
    unnamed = [];
  }
  return examples.concat(unnamed);
}

/**
 * A comment behind `console.log(…);` says what it prints, or else the lines of comment that follow it and the ends of the
 * blocks around it.
 *
 * @param {string[]} lines
 */
function promisedOutput(lines) {
  const output = [];
  let open = false;
  for (const line of lines) {
    const behind = /console\.log\(.*\)[;,]? \/\/ (.*)$/.exec(line);
    const below = /^ *\/\/ (.*)$/.exec(line);
    if (behind) output.push(behind[1]);
    else if (below && open) output.push(below[1]);
    const closes = /^ *[)}\]][)}\] ]*;?$/.test(line);
    open = !behind && (/console\.log\(.*\);$/.test(line) || (open && (closes || below !== null)));
  }
  return output;
}

module.exports = { docExamples, promisedOutput };
