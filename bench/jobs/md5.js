'use strict';

/**
 * node:crypto's MD5s of the same messages and nothing else: what any verifying contestant that hashes one message after
 * the other needs at the least.
 *
 * @param {Uint8Array[]} messages
 * @returns {import('../contestants').Contestant}
 */
function md5Alone(messages) {
  const { md5 } = require('../rivals/best-js/md5');
  return {
    run(visit) {
      for (const message of messages) visit(md5(message));
    },
    touch: (digest) => digest.length,
  };
}

module.exports = { md5Alone };
