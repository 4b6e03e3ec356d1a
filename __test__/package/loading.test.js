'use strict';

// What stands between a program and the addon: bundlers, and rights that a process does not have.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const esbuild = require('esbuild');

const ROOT = path.join(__dirname, '../..');
const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'loading-')));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const PROGRAM = `import { hashKey } from 'kinesis-agg'; console.log(hashKey('a').length);`;
const WORKS = { status: 0, stdout: '38\n', stderr: '' };
const BANNER = /--banner:js="(.*)"/;

/** Bundles a program with esbuild and runs it. */
function bundled(format, loader, banner = '') {
  const file = path.join(folder, format === 'esm' ? 'bundle.mjs' : 'bundle.cjs');
  esbuild.buildSync({
    stdin: { contents: PROGRAM, resolveDir: ROOT },
    bundle: true,
    platform: 'node',
    format,
    loader: { '.node': loader },
    banner: { js: banner },
    outfile: file,
    logLevel: 'silent',
  });
  return ran([file]);
}

function ran(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: folder });
  return { status, stdout, stderr };
}

test('a bundler that copies the addon', () => {
  expect(bundled('cjs', 'copy')).toEqual(WORKS);
});

test('a bundler that gives its path instead is told what to do', () => {
  const { status, stderr } = bundled('cjs', 'file');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^KplError: .*could not load/m);
  expect(stderr).toContain('ERR_KPL_NATIVE');
  expect(stderr).toMatch(/linux|darwin|win32/);
  expect(stderr).toContain('a bundler gave something else in its place');
  expect(stderr).toContain('esbuild with --loader:.node=copy');
});

test('an ES module without `require` is told the line that gives it one, and that line helps', () => {
  const { status, stderr } = bundled('esm', 'copy');
  expect(status).toBe(1);
  expect(stderr).toContain('ERR_KPL_NATIVE');
  expect(stderr.match(new RegExp(BANNER, 'g'))).toHaveLength(1);
  expect(bundled('esm', 'copy', stderr.match(BANNER)[1])).toEqual(WORKS);
});

describe('under the permission model of Node', () => {
  const flag = Number.parseInt(process.versions.node, 10) >= 22 ? '--permission' : '--experimental-permission';
  const program = path.join(folder, 'program.cjs');
  fs.writeFileSync(program, `console.log(require(${JSON.stringify(ROOT)}).hashKey('a').length);`);
  const reading = [folder, ROOT].map((readable) => `--allow-fs-read=${path.join(readable, '*')}`);
  const flags = ['--no-warnings', flag, ...reading];

  test('it takes addons, and no file but its own', () => {
    expect(ran([...flags, '--allow-addons', program])).toEqual(WORKS);
  });

  test('where addons are forbidden, the error names the flag', () => {
    const { status, stderr } = ran([...flags, program]);
    expect(status).toBe(1);
    expect(stderr).toContain('ERR_KPL_NATIVE');
    expect(stderr).toContain('--allow-addons');
  });
});
