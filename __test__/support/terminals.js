'use strict';

// Preloaded into a program (`node --require`) that is to take standard streams for terminals: those that the environment
// names, with as many columns as it says. And the clock of the program may run faster than others.

const { TERMINALS = '', COLUMNS, CLOCK = '1' } = process.env;

for (const name of TERMINALS.split(' ').filter((one) => one !== '')) {
  Object.assign(process[/** @type {'stdout'} */ (name)], { isTTY: true, columns: Number(COLUMNS) });
}

const now = Date.now;
const start = now();
Date.now = () => start + (now() - start) * Number(CLOCK);
