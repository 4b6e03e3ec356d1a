'use strict';

// Preloaded into a program (`node --require`) that is to say on standard error which processes it starts.

const { subscribe } = require('node:diagnostics_channel');

subscribe('child_process', (message) => {
  const { process: child } = /** @type {{ process: import('node:child_process').ChildProcess }} */ (message);
  child.once('spawn', () => process.stderr.write(`child process ${child.pid}\n`));
});
