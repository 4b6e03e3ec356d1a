'use strict';

// Run as a process of its own, with --expose-gc: says as JSON how much memory a case of peaks.js takes, in MiB.

const { PEAKS, PLANTED_PEAKS } = require('./peaks');

const [, , name] = process.argv;
const { takes } = { ...PEAKS, ...PLANTED_PEAKS }[name];

Promise.resolve(takes()).then((bytes) => process.stdout.write(JSON.stringify(bytes / 2 ** 20)));
