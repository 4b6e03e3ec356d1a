'use strict';

// Preloaded into a program (`node --require`) that is to take its standard output for a terminal of as many columns as
// the environment says.

Object.assign(process.stdout, { isTTY: true, columns: Number(process.env.COLUMNS) });
