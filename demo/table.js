'use strict';

// Aligned columns, and fewer of them where the terminal is narrow.

const INDENT = '  ';
const GAP = '   ';

/**
 * The lines of a table. The first columns are words, set left; the others numbers, set right.
 *
 * @param {import('./style').Style} style
 * @param {string[][]} rows the first has the heads if there are more than three columns
 * @param {number} words
 */
function linesOf(style, rows, words = 1) {
  const widths = columnWidths(rows);
  const isHeaded = rows[0].length > 3 && rows.length > 1;
  return rows.map((row, index) => {
    const cells = row.map((cell, column) => {
      const padding = ' '.repeat(widths[column] - width(cell));
      return column < words || row.length < 3 ? cell + padding : padding + cell;
    });
    const line = `${INDENT}${cells.join(GAP)}`.trimEnd();
    return isHeaded && index === 0 ? style.dim(line) : line;
  });
}

/**
 * A table under a title.
 *
 * @param {import('./style').Style} style
 * @param {string} title
 * @param {string[][]} rows
 * @param {number} [words]
 */
function table(style, title, rows, words) {
  return ['', style.bold(title), ...linesOf(style, rows, words)];
}

/**
 * The rows without the columns that may be spared, the first of them first, as far as the lines must be shorter.
 *
 * @param {string[][]} rows the first has the heads
 * @param {number} columns
 * @param {string[]} spare
 */
function fitted(rows, columns, spare) {
  let left = rows;
  for (const head of spare) {
    if (lineWidth(left) <= columns) break;
    const out = left[0].indexOf(head);
    if (out >= 0) left = left.map((row) => row.filter((_, column) => column !== out));
  }
  return left;
}

/** @param {string[][]} rows */
function columnWidths(rows) {
  return rows[0].map((_, column) => Math.max(...rows.map((row) => width(row[column]))));
}

/** @param {string[][]} rows */
function lineWidth(rows) {
  const widths = columnWidths(rows);
  return widths.reduce((sum, columnWidth) => sum + columnWidth + GAP.length, INDENT.length - GAP.length);
}

/** @param {string} text */
function width(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is left out
  return text.replace(/\x1b\[\d+m/g, '').length;
}

module.exports = { fitted, linesOf, table, width };
