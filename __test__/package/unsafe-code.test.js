'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { misplacedUnsafeCode } = require('../../scripts/unsafe-code');

/** Where in a source folder of these files unsafe code is that should not be there. */
function misplacedIn(files) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sources-'));
  try {
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), text);
    }
    return misplacedUnsafeCode(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test('unsafe code has its two places', () => {
  expect(misplacedUnsafeCode(path.join(__dirname, '../../src'))).toEqual([]);
  expect(misplacedIn({ 'md5/simd/avx2.rs': 'unsafe { f() }', 'node/join.rs': 'unsafe { f() }' })).toEqual([]);
});

test.each([
  ['a block', 'unsafe { f() }'],
  ['a function', 'pub unsafe fn f() {}'],
  ['an implementation', 'unsafe impl Send for A {}'],
  ['leave for a module', '#![allow(unsafe_code)]'],
  ['leave with a reason', '#[expect(dead_code, unsafe_code, reason = "it is fast")]'],
])('it is found elsewhere: %s', (_what, line) => {
  const inAFolder = path.join('format', 'reader.rs');
  expect(misplacedIn({ 'lib.rs': `mod format;\n  ${line}\n`, [inAFolder]: line })).toEqual([
    `${inAFolder}:1: ${line}`,
    `lib.rs:2: ${line}`,
  ]);
});

test('a file that is only called like a place is none', () => {
  expect(misplacedIn({ 'md5.rs': 'unsafe { f() }' })).toHaveLength(1);
});

test('the word is free in comments and in other words', () => {
  expect(misplacedIn({ 'lib.rs': '// unsafe\n/// unsafe\nlet unsafely = 1; // unsafe\nfn is_unsafe() {}' })).toEqual(
    [],
  );
});
