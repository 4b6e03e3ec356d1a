'use strict';

// What the public types show in their @example blocks runs, and prints what the comments beside it say.

const { readFileSync } = require('node:fs');

const { formatWithOptions } = require('node:util');
const ts = require('typescript');
const { docExamples } = require('./support/doc-examples.js');
const { faces } = require('../scripts/faces.js');

// Stands in for the SDK, which no example calls while it runs.
const sdk = {
  Kinesis: class {
    putRecords() {}
    listShards() {}
  },
  KinesisClient: class {},
  PutRecordsCommand: class {},
};

/** Examples may wait at the top level, as modules may. */
const AsyncFunction = (async () => {}).constructor;

const files = Object.fromEntries(faces().map(({ specifier, file }) => [specifier, file]));

describe.each(faces())('$specifier', ({ types }) => {
  const examples = docExamples(readFileSync(types, 'utf8'));

  test('has examples', () => expect(examples.length).toBeGreaterThan(0));

  test('names errors so that hovers show them: TypeScript cuts braces behind @throws', () => {
    expect(readFileSync(types, 'utf8').match(/@throws \{.*/g)).toBeNull();
  });

  test.each(examples.map((example) => [`${example.name}, line ${example.line}`, example]))('%s', async (_, example) => {
    const { outputText } = ts.transpileModule(example.code, {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
    });
    const printed = [];
    const log = (...values) => printed.push(...formatWithOptions({ colors: false }, ...values).split('\n'));
    const load = (name) => (name in files ? require(files[name]) : sdk);
    await new AsyncFunction('require', 'exports', 'console', outputText)(load, {}, { log });
    for (let i = 0; i < 100 && printed.length < example.output.length; i++) {
      await new Promise((next) => setTimeout(next, 10));
    }
    expect(printed).toEqual(example.output);
  });
});
