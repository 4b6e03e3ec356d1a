'use strict';

// Preloaded into a program (`node --require`) that is to be interrupted by Ctrl-C while it waits.

setTimeout(() => process.emit('SIGINT'), 300);
