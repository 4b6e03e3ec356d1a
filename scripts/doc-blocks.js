'use strict';

// The code blocks of a Markdown page, and where the code of each comes from.

/**
 * @typedef {object} Block
 * @property {string} language
 * @property {string} code
 * @property {number} line line on which the code begins, from 1
 * @property {string} [file] the file of examples/ that it shows: `<!-- examples/NAME -->` in the line above
 * @property {string} [reason] why it is not run: `_Not run by the tests: REASON._` above it, for the reader too
 */

const FENCE =
  /(?:^<!-- examples\/(?<file>\S+) -->\n|^_Not run by the tests: (?<reason>.+)\._\n\n)?^```(?<language>\w*)\n(?<code>[\s\S]*?)^```$/gm;

/**
 * @param {string} page
 * @returns {Block[]}
 */
function blocksOf(page) {
  return [...page.matchAll(FENCE)].map((match) => {
    const { file, reason, language = '', code = '' } = match.groups ?? {};
    const line = page.slice(0, match.index + match[0].indexOf('```')).split('\n').length + 1;
    return { language, code, line, ...(file && { file }), ...(reason && { reason }) };
  });
}

/**
 * The page with each file that it names as it is now.
 *
 * @param {string} page
 * @param {(file: string) => string} read
 */
function withFiles(page, read) {
  return page.replace(FENCE, (block, file, _reason, language) =>
    file ? `<!-- examples/${file} -->\n\`\`\`${language}\n${read(file)}\`\`\`` : block,
  );
}

/**
 * The page with another text between `<!-- measured:NAME -->` and `<!-- /measured -->`, where a tool writes what it measured.
 *
 * @param {string} page
 * @param {string} name
 * @param {string} text
 */
function withMeasured(page, name, text) {
  const open = `<!-- measured:${name} -->\n`;
  const start = page.indexOf(open);
  const end = page.indexOf('\n<!-- /measured -->', start);
  if (start < 0 || end < 0) throw new Error(`the page has no block measured:${name}`);
  return page.slice(0, start + open.length) + text + page.slice(end);
}

/**
 * A Markdown table as the formatter wants it.
 *
 * @param {string[][]} rows the first is the head
 */
function tableOf([head = [], ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

module.exports = { blocksOf, tableOf, withFiles, withMeasured };
