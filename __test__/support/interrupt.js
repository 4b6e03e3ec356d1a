'use strict';

// Preloaded into a program (`node --require`) that is to be interrupted by Ctrl-C some time after it has read something.

process.stdin.once('data', () => setTimeout(() => process.emit('SIGINT'), 300));
