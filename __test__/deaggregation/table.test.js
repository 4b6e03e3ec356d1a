'use strict';

// The words of the table of numbers stand in Rust and in TypeScript, under the same names: here they are held equal.

const fs = require('node:fs');
const path = require('node:path');
const table = require('../../lib/deaggregate/table');

const source = fs.readFileSync(path.join(__dirname, '../../src/deaggregate/table.rs'), 'utf8');

/** The constants of table.rs, and the outcomes. */
function numbersOfRust() {
  const constants = [...source.matchAll(/^pub const ([A-Z0-9_]+): (?:usize|u32) = (\d+);$/gm)];
  const [, outcomes] = /^pub enum Outcome \{$(.*?)^\}$/ms.exec(source);
  const variants = [...outcomes.matchAll(/^ {4}(\w+) = (\d+),$/gm)].map(([, name, number]) => [
    name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(),
    number,
  ]);
  return Object.fromEntries(
    [...constants.map(([, name, number]) => [name, number]), ...variants].map(([name, number]) => [
      name,
      Number(number),
    ]),
  );
}

test('both sides number the words alike', () => {
  const rust = numbersOfRust();
  expect(Object.keys(rust)).toHaveLength(23);
  const numbers = Object.entries(table).filter(([, value]) => typeof value === 'number');
  expect(numbers.length).toBeGreaterThan(15);
  for (const [name, number] of numbers) expect([name, number]).toEqual([name, rust[name]]);
  // JavaScript need not know why a record is broken: the core says it. All else it knows.
  expect(Object.keys(rust).filter((name) => !(name in table))).toEqual(['CHECKSUM', 'MALFORMED', 'INDEX']);
});
