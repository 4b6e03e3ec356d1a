'use strict';

const { blocksOf, tableOf, withFiles, withMeasured } = require('../../scripts/doc-blocks');
const { withSize } = require('../../scripts/release/size');

const page = ['# Page', '<!-- examples/a.js -->', '```js', 'old();', '```', '', '```sh', 'ls', '```', ''].join('\n');

test('a block knows its language, its line, its file and why it does not run', () => {
  expect(blocksOf(`${page}\n_Not run by the tests: no SDK._\n\n\`\`\`ts\nlet a;\n\`\`\`\n`)).toEqual([
    { language: 'js', code: 'old();\n', line: 4, file: 'a.js' },
    { language: 'sh', code: 'ls\n', line: 8 },
    { language: 'ts', code: 'let a;\n', line: 14, reason: 'no SDK' },
  ]);
});

test('a page gets the files that it names, and nothing else changes', () => {
  expect(withFiles(page, (file) => `// ${file}\n`)).toBe(page.replace('old();', '// a.js'));
});

test('what a tool measured stands between its marks', () => {
  const measured = 'a\n<!-- measured:x -->\nold\n<!-- /measured -->\nb\n';
  expect(withMeasured(measured, 'x', 'new')).toBe(measured.replace('old', 'new'));
  expect(() => withMeasured(measured, 'y', 'new')).toThrow('the page has no block measured:y');
});

test('a table is aligned', () => {
  expect(
    tableOf([
      ['a', 'bc'],
      ['def', 'g'],
    ]),
  ).toBe('| a   | bc |\n| --- | -- |\n| def | g  |');
});

test('the size of the package is rounded to what a small change leaves as it is', () => {
  const text = withSize('<!-- measured:size -->\n\n<!-- /measured -->', {
    size: 1.66e6,
    unpackedSize: 3.64e6,
    files: [1, 2],
  });
  expect(text).toContain('The download is 1.7 MB. Installed, the package is 2 files of 3.6 MB together.');
});
