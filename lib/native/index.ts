import { KplError } from '../error';
import type { Addon } from './addon';

// The only loader. Every `require` is a literal, so that bundlers can follow it, and all of them stand inside one `try`, so that
// bundlers let a missing one pass: a package stripped to the one binary that is deployed still bundles. The paths are those from
// dist/, since this file is only ever run as part of a bundle there.

function load(target: string): Addon | undefined {
  try {
    let loaded: Addon;
    switch (target) {
      case 'linux-x64-gnu':
        loaded = require('../prebuilds/kinesis-agg.linux-x64-gnu.node');
        break;
      case 'linux-x64-musl':
        loaded = require('../prebuilds/kinesis-agg.linux-x64-musl.node');
        break;
      case 'linux-arm64-gnu':
        loaded = require('../prebuilds/kinesis-agg.linux-arm64-gnu.node');
        break;
      case 'linux-arm64-musl':
        loaded = require('../prebuilds/kinesis-agg.linux-arm64-musl.node');
        break;
      case 'darwin-x64':
        loaded = require('../prebuilds/kinesis-agg.darwin-x64.node');
        break;
      case 'darwin-arm64':
        loaded = require('../prebuilds/kinesis-agg.darwin-arm64.node');
        break;
      case 'win32-x64-msvc':
        loaded = require('../prebuilds/kinesis-agg.win32-x64-msvc.node');
        break;
      default:
        failures.push('  no binary is built for this platform');
        return undefined;
    }
    if (typeof loaded?.hashKey === 'function') return loaded;
    failures.push(`  ${target}: a bundler gave something else in its place, as its path`);
    hints.add(LET_IT_COPY);
  } catch (error) {
    failures.push(`  ${target}: ${reason(error as NodeJS.ErrnoException)}`);
  }
  return undefined;
}

const failures: string[] = [];
/** What would help, each said once. */
const hints = new Set<string>();

/**
 * The files that may serve this process, the likeliest first.
 *
 * On Linux the other libc's file stays as a second try: it costs nothing unless the first has failed, and it is right where a
 * musl system keeps its loader in an unusual place.
 */
function candidates(): string[] {
  const target = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32') return [`${target}-msvc`];
  if (process.platform !== 'linux') return [target];
  if (process.arch !== 'x64' && process.arch !== 'arm64') return [target];
  return isMusl() ? [`${target}-musl`, `${target}-gnu`] : [`${target}-gnu`, `${target}-musl`];
}

/**
 * Whether this Node was linked against musl. Loading the glibc file first and seeing it fail would not do: musl answers to
 * `libc.so.6` with itself, so that the wrong file may load and then misbehave. `process.report` knows, but takes 5 ms; without
 * musl's loader on the machine, the answer costs one failed `stat`, with it a look into the executable's header. Where files
 * may not be looked at (Node's permission model), the report has to say it.
 */
function isMusl(): boolean {
  // Deno asks its user before it looks, and is linked against glibc.
  if (process.versions.deno !== undefined) return false;
  try {
    const fs: typeof import('node:fs') = process.getBuiltinModule?.('node:fs') ?? require('node:fs');
    if (!fs.existsSync(`/lib/ld-musl-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`)) return false;
    const file = fs.openSync(process.execPath, 'r');
    try {
      return interpreter((position, length) => {
        const bytes = Buffer.alloc(length);
        fs.readSync(file, bytes, 0, length, position);
        return bytes;
      }).includes('/ld-musl-');
    } finally {
      fs.closeSync(file);
    }
  } catch (_) {
    return isMuslByReport();
  }
}

function isMuslByReport(): boolean {
  try {
    const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
    return header.glibcVersionRuntime === undefined;
  } catch (_) {
    return false;
  }
}

/** The program that loads an ELF64 executable's libraries: the segment PT_INTERP. */
function interpreter(read: (position: number, length: number) => Buffer): string {
  const PT_INTERP = 3;
  const ENTRY = 56;
  const header = read(0, 64);
  const table = read(Number(header.readBigUInt64LE(32)), header.readUInt16LE(56) * ENTRY);
  for (let at = 0; at < table.length; at += ENTRY) {
    if (table.readUInt32LE(at) !== PT_INTERP) continue;
    return read(Number(table.readBigUInt64LE(at + 8)), Number(table.readBigUInt64LE(at + 32))).toString('latin1');
  }
  return '';
}

const LET_IT_COPY =
  'Let the bundler copy the file as it is (esbuild with --loader:.node=copy, webpack and rspack with node-loader),\n' +
  'or leave the package out of the bundle ("external").';

const GIVE_IT_REQUIRE =
  'The bundle is an ES module, where there is no `require`. Give it one, in esbuild with\n' +
  `  --banner:js="import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"`;

function reason(error: NodeJS.ErrnoException): string {
  if (error.code === 'MODULE_NOT_FOUND') {
    return 'the file is not in this installation (a bundler or a deployment step may have left it behind)';
  }
  const [said = ''] = error.message.split('\n');
  // What esbuild, Node and Rollup's plugin for CommonJS say.
  if (/dynamic require|require is not defined|dynamically require/i.test(said)) hints.add(GIVE_IT_REQUIRE);
  if (error.code === 'ERR_DLOPEN_DISABLED') hints.add('Under the permission model of Node it takes --allow-addons.');
  if (/failed to map segment|Operation not permitted/.test(said)) hints.add('Is it mounted noexec?');
  return said;
}

function find(): Addon {
  if (Number.parseInt(process.versions.node, 10) >= 20) {
    for (const target of candidates()) {
      const addon = load(target);
      if (addon) return addon;
    }
  } else {
    failures.push('  this Node is too old: the package needs Node 20 or later');
  }
  throw new KplError(
    'ERR_KPL_NATIVE',
    [`kinesis-agg could not load its native addon on ${platformFound()}:`, ...failures, ...hints, ADVICE].join('\n'),
  );
}

function platformFound(): string {
  const libc = process.platform === 'linux' ? (isMusl() ? ' (musl)' : ' (glibc)') : '';
  return `${process.platform}-${process.arch}${libc}, Node ${process.versions.node}`;
}

const ADVICE =
  'Supported: Linux x64 and arm64 (glibc 2.17 or later, musl 1.2.2 or later), macOS 11 or later x64 and arm64, Windows x64.\n' +
  'All of them are in the one npm package, so reinstalling it and deploying its prebuilds folder is enough.\n' +
  'Elsewhere, build it: install Rust, then run "npm ci" and "npm run build" in a checkout of the kinesis-agg repository,\n' +
  'and copy its prebuilds folder here.';

export const native = find();
