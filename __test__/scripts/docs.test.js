'use strict';

// The reference that `npm run docs` writes: what it opens on, what comes first, what its search finds.

const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { inflateSync } = require('node:zlib');
const { faces } = require('../../scripts/faces');

const folder = mkdtempSync(path.join(tmpdir(), 'kinesis-agg-docs-'));
const page = (name) => readFileSync(path.join(folder, name), 'utf8');

beforeAll(() => {
  const script = path.join(__dirname, '../../scripts/docs.js');
  const { status, stderr } = spawnSync(process.execPath, [script, '--out', folder], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('opens on the README', () => {
  expect(page('index.html').match(/<h2 id="(\w+)"/)?.[1]).toBe('install');
});

test.each(faces().map(({ specifier }) => specifier))('has a page for %s', (specifier) => {
  expect(page(`modules/${specifier.replaceAll('/', '_')}.html`)).toContain(specifier);
});

test('lists functions first', () => {
  const groups = page('modules/kinesis-agg.html').matchAll(
    /<h2 [^>]*id="(functions|classes|interfaces|type-aliases)"/g,
  );
  expect([...groups].map(([, group]) => group)).toEqual(['functions', 'classes', 'interfaces', 'type-aliases']);
});

describe('the search', () => {
  /** Names of what the search box finds, as typedoc's own page looks for them. */
  function found(words) {
    const [, packed] = /"(.*)"/.exec(page('assets/search.js'));
    const { rows, index } = JSON.parse(inflateSync(Buffer.from(packed, 'base64')).toString());
    const { Index } = require(require.resolve('lunr', { paths: [require.resolve('typedoc')] }));
    return Index.load(index)
      .search(words)
      .map(({ ref }) => rows[ref].name);
  }

  test.each([
    ['ERR_KPL_DATA', 'addUserRecord'],
    ['retry', 'AggregatedRecord'],
    ['order', 'deaggregate'],
    ['checkpoint', 'consuming'],
    ['reshard', 'producing'],
  ])('of %s finds %s', (words, name) => {
    expect(found(words)).toContain(name);
  });
});
