'use strict';

// Nothing but loading.

const { BEST_JS, INCUMBENT, PACKAGE, load } = require('../contestants');

/** @type {import('../contestants').Job} */
module.exports = {
  [PACKAGE]: () => nothing(load.package()),
  [INCUMBENT]: () => nothing(load.incumbent()),
  [BEST_JS]: () => nothing(load.bestJs()),
};

/** @returns {import('../contestants').Contestant} */
function nothing(loaded) {
  return { run: (visit) => visit(loaded), touch: (exported) => Object.keys(exported).length };
}
