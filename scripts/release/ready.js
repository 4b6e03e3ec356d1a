'use strict';

// `npm run release:check`, before anything is built: what would otherwise stop a release at its very end. In a workflow it
// compares package.json with the repository and the tag that it runs for.

const manifest = require('../../package.json');

/**
 * What keeps package.json from being published.
 *
 * @param {{ version: string, repository?: string | { url?: string } }} manifest
 * @param {NodeJS.ProcessEnv} env GitHub's: GITHUB_REPOSITORY is `owner/name`
 */
function faultsOf({ version, repository }, { GITHUB_REPOSITORY, GITHUB_REF_TYPE, GITHUB_REF_NAME }) {
  const faults = [];
  const url = typeof repository === 'string' ? repository : repository?.url;
  const [, named] =
    /^(?:github:|(?:git\+)?(?:https|ssh):\/\/(?:git@)?github\.com\/)?([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(url ?? '') ??
    [];
  const wanted = GITHUB_REPOSITORY ?? 'owner/name';
  if (named === undefined || (GITHUB_REPOSITORY !== undefined && named !== GITHUB_REPOSITORY)) {
    faults.push(
      `package.json ${url === undefined ? 'has no "repository"' : `has the repository ${url}`}, and npm publish --provenance ` +
        `takes only the one that it runs in: "repository": { "type": "git", "url": "git+https://github.com/${wanted}.git" }`,
    );
  }
  if (GITHUB_REF_TYPE === 'tag' && GITHUB_REF_NAME !== `v${version}`) {
    faults.push(`the tag is ${GITHUB_REF_NAME}, and package.json has version ${version}: npm version sets both`);
  }
  return faults;
}

function main() {
  const faults = faultsOf(manifest, process.env);
  for (const fault of faults) console.error(`release:check: ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

module.exports = { faultsOf };

if (require.main === module) main();
