'use strict';

// What figures are drawn with. The colours are in the middle between light and dark and nothing fills the ground, so that a
// figure can be read on either.

const TEXT = '#7d8590';
const LINE = '#7d859055';
const BLUE = '#2f81f7';
const VIOLET = '#a371f7';
const ORANGE = '#d18616';

const WIDTH = 900;

/**
 * @param {string} title stands above, and is read out where nothing can be seen
 * @param {number} height
 * @param {string[]} elements
 */
function drawing(title, height, elements) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="${TEXT}">`,
    `<title>${escaped(title)}</title>`,
    text(0, 16, title, 'font-size="14"'),
    ...elements,
    '</svg>\n',
  ].join('\n');
}

/**
 * What the colours stand for, side by side.
 *
 * @param {number} y
 * @param {[string, string][]} named
 */
function keys(y, named) {
  return named
    .map(([name, colour], index) => {
      const x = 40 + index * 170;
      return `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${colour}"/>${text(x + 16, y, name)}`;
    })
    .join('');
}

function text(x, y, words, attributes = '') {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped(words)}</text>`;
}

function escaped(words) {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** @param {[number, number][]} points */
function polyline(points, colour, attributes = 'stroke-width="2"') {
  const places = points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');
  return `<polyline points="${places}" fill="none" stroke="${colour}" ${attributes}/>`;
}

function upright(x, top, bottom, colour) {
  return `<line x1="${round(x)}" x2="${round(x)}" y1="${top}" y2="${bottom}" stroke="${colour}"/>`;
}

function level(left, right, y) {
  return `<line x1="${round(left)}" x2="${round(right)}" y1="${round(y)}" y2="${round(y)}" stroke="${LINE}"/>`;
}

function round(value) {
  return Math.round(value * 10) / 10;
}

module.exports = { BLUE, LINE, ORANGE, TEXT, VIOLET, WIDTH, drawing, keys, level, polyline, round, text, upright };
