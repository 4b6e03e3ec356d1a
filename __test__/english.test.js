'use strict';

// Plain English where users and contributors read, error messages included: words that a native reader stumbles over, each
// with what to say instead.

const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { pages } = require('../scripts/fill-docs');

const ROOT = path.join(__dirname, '..');
const declarations = readdirSync(ROOT).filter((name) => name.endsWith('.d.ts'));
const sources = readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => path.join('lib', name));

test.each([...pages(), 'CHANGELOG.md', ...declarations, ...sources])('%s', (name) => {
  const text = readFileSync(path.join(ROOT, name), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  const found = PATTERNS.flatMap(([pattern, instead]) =>
    [...text.matchAll(pattern)].map(([words]) => `${words}: say ${instead}`),
  );
  expect(found).toEqual([]);
});

const PATTERNS = /** @type {const} */ ([
  [/\ball but\b/gi, '"all except"'],
  [/\bwithout a word\b/gi, '"silently"'],
  [/\b(?:is none|of none) of\b/gi, '"is not one of", "matches none"'],
  [/\bha(?:s|ve) to bear\b/gi, '"must tolerate"'],
  [/\bends? the process\b(?! with| at)/gi, '"crash the process"'],
  [/\bfor who \w+s\b/gi, '"if you …"'],
  [/\b(?:is|are) no (?:valid |number|JSON|UTF-8|base64|integer|decimal|aggregate)/gi, '"is not"'],
  [/\bWhat is different is\b/gi, '"the only differences are"'],
  [/(?:^|\. )(?:So is|Or all|That the) /gm, 'the subject first'],
]);
