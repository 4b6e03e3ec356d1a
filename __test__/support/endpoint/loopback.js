'use strict';

// Preloaded into the endpoint's process (`node --require`). It would bind 0.0.0.0, so that the whole network could reach
// it, would outlive a parent that was killed, and would end before its parent when a terminal interrupts both.

const { Server } = require('node:net');

const { listen } = Server.prototype;

/** @param {any[]} rest */
Server.prototype.listen = function listenOnLoopback(options, ...rest) {
  const isTcp = options !== null && typeof options === 'object' && options.port !== undefined;
  return listen.call(this, isTcp ? { ...options, host: '127.0.0.1' } : options, ...rest);
};

// The channel to the parent closes when the parent ends, however it ends. A signal, as kinesis-local replaces process.exit.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

// Ctrl-C reaches the parent as well, which knows what to do.
process.on('SIGINT', () => {});
