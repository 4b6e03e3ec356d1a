'use strict';

// The code blocks of a Markdown page, and where the code of each comes from.

/**
 * @typedef {object} Block
 * @property {string} language
 * @property {string} code
 * @property {number} line line on which the code begins, from 1
 * @property {string} [file] the file of examples/ that it shows: `<!-- examples/NAME -->` in the line above
 * @property {string} [reason] why it is not run: `<!-- not an example: REASON -->` in the line above
 */

const FENCE =
  /(?:^<!-- (?:examples\/(?<file>\S+)|not an example: (?<reason>.+)) -->\n)?^```(?<language>\w*)\n(?<code>[\s\S]*?)^```$/gm;

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

module.exports = { blocksOf, withFiles };
