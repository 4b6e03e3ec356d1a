'use strict';

// Writes THIRD-PARTY-LICENSES: the notices of all crates that are linked into the addon, on any of the targets. With --check
// it fails if the file is not what it would write.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { TARGETS } = require('./release/targets');

const ROOT = path.join(__dirname, '..');
const FILE = path.join(ROOT, 'THIRD-PARTY-LICENSES');
const LINE = '='.repeat(80);

const PREFACE = `The addons in prebuilds/ have the crates below linked into them. Of several licences that a crate offers,
MIT is taken. The Rust standard library is linked too, under Apache-2.0, whose text is in LICENSE:
Copyright (c) The Rust Project Contributors. This file is written by scripts/licences.js.`;

/** Crates that come without the text: here is that of the repository they are from. */
const FROM_ELSEWHERE = { napi: 'node_modules/@napi-rs/cli', 'napi-sys': 'node_modules/@napi-rs/cli' };

/** The packages that are linked in, not those that only build or test them. */
function linkedCrates() {
  // Windows builds are released with MSVC, whatever stands in for it here.
  const triples = Object.values(TARGETS).map(({ triple }) => triple.replace('windows-gnu', 'windows-msvc'));
  const filters = triples.flatMap((triple) => ['--filter-platform', triple]);
  const args = ['metadata', '--format-version', '1', '--locked', '--quiet', ...filters];
  const { packages, resolve } = JSON.parse(
    execFileSync('cargo', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 28 }),
  );
  const packageOf = new Map(packages.map((crate) => [crate.id, crate]));
  const nodeOf = new Map(resolve.nodes.map((node) => [node.id, node]));
  const isMacro = (id) => packageOf.get(id).targets.some((target) => target.kind.includes('proc-macro'));

  const found = new Set([resolve.root]);
  // A set's iteration goes on with what is added during it.
  for (const id of found) {
    const isLinked = ({ pkg, dep_kinds }) => dep_kinds.some(({ kind }) => kind === null) && !isMacro(pkg);
    for (const { pkg } of nodeOf.get(id).deps.filter(isLinked)) found.add(pkg);
  }
  found.delete(resolve.root);
  const title = (crate) => `${crate.name} ${crate.version} (${crate.license})`;
  return [...found]
    .map((id) => packageOf.get(id))
    .map((crate) => ({ title: title(crate), text: licenceText(crate) }))
    .sort((one, other) => (one.title < other.title ? -1 : 1));
}

function licenceText({ name, manifest_path }) {
  const folder = FROM_ELSEWHERE[name] ? path.join(ROOT, FROM_ELSEWHERE[name]) : path.dirname(manifest_path);
  const files = fs.readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file));
  const mit = files.filter((file) => /mit/i.test(file));
  const chosen = mit.length > 0 ? mit : files;
  if (chosen.length === 0) throw new Error(`${name} comes without the text of its licence`);
  const texts = chosen.sort().map((file) => fs.readFileSync(path.join(folder, file), 'utf8'));
  return texts.map((text) => text.replace(/[ \t\r]+$/gm, '').replace(/^\n+|\n+$/g, '')).join('\n\n');
}

/** Each text once, under the names of all crates that have it. */
function notices() {
  const titlesOf = new Map();
  for (const { title, text } of linkedCrates()) titlesOf.set(text, [...(titlesOf.get(text) ?? []), title]);
  const parts = [...titlesOf].map(([text, titles]) => `${titles.join('\n')}\n\n${text}`);
  return `${[PREFACE, ...parts].join(`\n\n${LINE}\n\n`)}\n`;
}

if (process.argv.includes('--check')) {
  if (!fs.existsSync(FILE) || fs.readFileSync(FILE, 'utf8') !== notices()) {
    console.error('THIRD-PARTY-LICENSES is not what is linked: write it with node scripts/licences.js');
    process.exitCode = 1;
  }
} else fs.writeFileSync(FILE, notices());
