'use strict';

// Looks whether package-lock.json says of every package by which hash it comes, and of none from where: what npm installs must
// be the same on every platform and from every registry. With a hash missing, npm takes whatever it is given.

const fs = require('node:fs');
const path = require('node:path');

/**
 * What is wrong, each with what mends it.
 *
 * @param {{ packages: Record<string, { version?: string, integrity?: string, resolved?: string, link?: boolean }> }} lock
 */
function faultsOf({ packages }) {
  return Object.entries(packages).flatMap(([place, { version, integrity, resolved, link }]) => {
    const isOurs = place === '' || link === true;
    const id = `${place.replace(/^.*node_modules\//, '')}@${version}`;
    return [
      ...(isOurs || integrity ? [] : [`${id} has no integrity: npm view ${id} dist.integrity`]),
      ...(resolved && !link ? [`${id} names a registry, ${resolved}: npm install leaves it out by .npmrc`] : []),
    ];
  });
}

function main() {
  const lock = JSON.parse(fs.readFileSync(path.join(__dirname, '../package-lock.json'), 'utf8'));
  const faults = faultsOf(lock);
  for (const fault of faults) console.error(`package-lock.json: ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

module.exports = { faultsOf };

if (require.main === module) main();
