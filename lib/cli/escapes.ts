// What is shown to a person: a producer must not steer the terminal of whoever looks at its records.

/** Controls, format characters (which can turn the direction of a line), lone surrogates, separators of lines. */
const STEERING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Joiners are parts of words in some scripts, and of emoji. */
const JOINERS = '\u200c\u200d';
const SHORT: { readonly [character: string]: string } = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

export function escaped(text: string): string {
  return text.replace(STEERING, (character) => {
    if (JOINERS.includes(character)) return character;
    const code = character.codePointAt(0) as number;
    if (code < 0x100) return SHORT[character] ?? byteEscape(code);
    return `\\u{${code.toString(16)}}`;
  });
}

/** Text as it is; bytes that are not, each as an escape. */
export function escapedBytes(data: Buffer, text: string | undefined): string {
  if (text !== undefined) return escaped(text);
  return Array.from(data, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : byteEscape(byte))).join(
    '',
  );
}

/** JSON that says the same. */
export function escapedJson(json: string): string {
  return json.replace(STEERING, (character) => {
    if (JOINERS.includes(character)) return character;
    return Array.from({ length: character.length }, (_, i) => {
      return `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
    }).join('');
  });
}

function byteEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
