'use strict';

// node:crypto's MD5 as fast as this Node has it: the one-shot function saves an object and a native call each time.

const crypto = require('node:crypto');

/**
 * The digest as a string of 16 Latin-1 characters: the quickest to get and the quickest to compare.
 *
 * @type {(bytes: Uint8Array) => string}
 */
const md5 =
  typeof crypto.hash === 'function'
    ? (bytes) => crypto.hash('md5', bytes, 'latin1')
    : (bytes) => crypto.createHash('md5').update(bytes).digest('latin1');

/** @type {(text: string) => string} */
const md5Hex =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('md5', text, 'hex')
    : (text) => crypto.createHash('md5').update(text).digest('hex');

module.exports = { md5, md5Hex };
