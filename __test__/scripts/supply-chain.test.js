'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const lockfile = require('../../scripts/lockfile');
const release = require('../../scripts/release/ready');
const manifest = require('../../package.json');

const READY = path.join(__dirname, '../../scripts/release/ready.js');

describe('package-lock.json', () => {
  test('has a hash for every package of every platform, and names no registry', () => {
    expect(lockfile.faultsOf(require('../../package-lock.json'))).toEqual([]);
  });

  test('what it lacks is told of, with what mends it', () => {
    const packages = {
      '': { version: '1.0.0' },
      'node_modules/linked': { resolved: '../linked', link: true },
      'node_modules/a': { version: '1.2.3', integrity: 'sha512-a', resolved: 'https://registry.example/a.tgz' },
      'node_modules/a/node_modules/@b/c': { version: '4.5.6', optional: true },
    };
    expect(lockfile.faultsOf({ packages })).toEqual([
      'a@1.2.3 names a registry, https://registry.example/a.tgz: npm install leaves it out by .npmrc',
      '@b/c@4.5.6 has no integrity: npm view @b/c@4.5.6 dist.integrity',
    ]);
  });
});

describe('a release', () => {
  const GITHUB_REPOSITORY = 'someone/kinesis-agg';
  const repository = { type: 'git', url: `git+https://github.com/${GITHUB_REPOSITORY}.git` };
  const version = '1.2.3';

  test('without a repository is refused before anything is built', () => {
    const { repository: _, ...without } = manifest;
    expect(release.faultsOf(without, { GITHUB_REPOSITORY })).toEqual([
      'package.json has no "repository", and npm publish --provenance takes only the one that it runs in: ' +
        '"repository": { "type": "git", "url": "git+https://github.com/someone/kinesis-agg.git" }',
    ]);
    expect(release.faultsOf(without, {})).toEqual([expect.stringContaining('npm publish --provenance')]);
  });

  test.each([
    repository,
    { url: 'https://github.com/someone/kinesis-agg' },
    { url: 'git+ssh://git@github.com/someone/kinesis-agg.git' },
    'github:someone/kinesis-agg',
    'someone/kinesis-agg',
  ])('from the repository that package.json names is taken: %j', (named) => {
    expect(release.faultsOf({ version, repository: named }, { GITHUB_REPOSITORY })).toEqual([]);
    expect(release.faultsOf({ version, repository: named }, {})).toEqual([]);
  });

  test.each([
    { url: 'git+https://github.com/someone-else/kinesis-agg.git' },
    { url: 'git+https://gitlab.com/someone/kinesis-agg.git' },
    { url: '' },
    {},
  ])('from another one is refused: %j', (named) => {
    expect(release.faultsOf({ version, repository: named }, { GITHUB_REPOSITORY })).toHaveLength(1);
  });

  test('has the tag of its version', () => {
    const on = (GITHUB_REF_NAME) => ({ GITHUB_REPOSITORY, GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME });
    expect(release.faultsOf({ version, repository }, on('v1.2.3'))).toEqual([]);
    expect(release.faultsOf({ version, repository }, on('v1.2.4'))).toEqual([
      'the tag is v1.2.4, and package.json has version 1.2.3: npm version sets both',
    ]);
  });

  test('the check fails where it is run', () => {
    const env = { ...process.env, GITHUB_REPOSITORY: 'nobody/nothing' };
    const { status, stderr } = spawnSync(process.execPath, [READY], { encoding: 'utf8', env });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^release:check: package\.json .*npm publish --provenance/);
  });
});
