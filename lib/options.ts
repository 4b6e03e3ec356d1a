// The names of options.

import { KplError } from './error';

const LONGEST_NAME_SHOWN = 40;

/** Refuses what is not an object, and an option that nobody reads: a typing error must not look like a default. */
export function refuseUnknownOptions(
  options: unknown,
  known: readonly string[],
  kind = 'option',
): asserts options is object {
  if (typeof options !== 'object' || options === null) {
    const given = options === null ? 'null' : typeof options;
    throw new KplError('ERR_KPL_OPTION', `options must be an object, got ${given}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    const nearest = known.reduce((best, other) => (distance(name, other) < distance(name, best) ? other : best));
    const message = `unknown ${kind} ${name.slice(0, LONGEST_NAME_SHOWN)}: did you mean ${nearest}? There are ${known.join(', ')}`;
    throw new KplError('ERR_KPL_OPTION', message);
  }
}

/**
 * How many characters have to be put in, left out or changed, upper and lower case being the same. A part of a name is
 * near to it.
 */
function distance(name: string, other: string): number {
  const [from, to] = [name.slice(0, LONGEST_NAME_SHOWN).toLowerCase(), other.toLowerCase()];
  if (from.length > 2 && to.includes(from)) return 1;
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const changed = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
