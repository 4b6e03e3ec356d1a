// Columns that stay under one another, whatever is in them.

export interface Column {
  heading: string;
  width: number;
  isNumber?: boolean;
}

const ELLIPSIS = '…';
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** How many columns of a terminal the text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += /\p{M}|[\u200c\u200d]/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** Short in the middle: two long keys mostly differ at their ends. */
export function short(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const characters = Array.from(text);
  let head = '';
  let tail = '';
  for (let from = 0, to = characters.length; from < to; ) {
    const isHead = widthOf(head) <= widthOf(tail);
    const next = characters[isHead ? from++ : --to] as string;
    if (widthOf(head) + widthOf(tail) + widthOf(next) + 1 > width) break;
    if (isHead) head += next;
    else tail = next + tail;
  }
  return head + ELLIPSIS + tail;
}

/** Its beginning. */
export function cut(text: string, width: number): string {
  let shown = '';
  let used = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used >= width) return widthOf(text) <= width ? text : shown + ELLIPSIS;
    shown += character;
  }
  return shown;
}

/** One row, or several where the last cell takes more than one line. */
export function rowOf(columns: readonly Column[], cells: readonly string[], indent = ''): string {
  const last = columns.length - 1;
  const start = columns.slice(0, last).map((column, i) => padded(cells[i] ?? '', column));
  const before = `${indent}${start.join(' ')}${last > 0 ? ' ' : ''}`;
  const lines = wrapped(cells[last] ?? '', (columns[last] as Column).width);
  const rest = lines.slice(1).map((line) => ' '.repeat(widthOf(before)) + line);
  return [before + (lines[0] ?? ''), ...rest].map((line) => line.trimEnd()).join('\n');
}

/** Headings of one or two lines. */
export function headOf(columns: readonly Column[], indent = ''): string {
  const headings = columns.map(({ heading }) => heading.split('\n'));
  const height = Math.max(...headings.map((lines) => lines.length));
  const lineOf = (line: number) =>
    columns
      .map((column, i) => padded(headings[i]?.[line - height + (headings[i]?.length ?? 0)] ?? '', column))
      .join(' ');
  return Array.from({ length: height }, (_, line) => (indent + lineOf(line)).trimEnd()).join('\n');
}

function padded(text: string, { width, isNumber }: Column): string {
  const space = ' '.repeat(Math.max(width - widthOf(text), 0));
  return isNumber ? space + text : text + space;
}

/** At spaces; a word that is longer than a line is broken. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((whole) => broken(whole, width))) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function broken(word: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (widthOf(piece) + widthOf(character) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}
