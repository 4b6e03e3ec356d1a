'use strict';

// A job whose contestants do not agree.

const { INCUMBENT, PACKAGE } = require('../../bench/contestants');

const saying = (word) => () => ({ run: (visit) => visit(word), touch: () => 1, plain: (result) => result });

module.exports = { [PACKAGE]: saying('yes'), [INCUMBENT]: saying('no') };
