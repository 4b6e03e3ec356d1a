'use strict';

const { createHash } = require('node:crypto');

/** What an observer sees: calls with their arguments, what was returned and what was thrown, as comparable text. */
class Trace {
  #events = [];
  #calls = 0;
  #throwsAt;

  /** @param throwsAt numbers of the calls, over all callbacks, that throw */
  constructor(throwsAt = []) {
    this.#throwsAt = new Set(throwsAt);
  }

  callback(name) {
    return (...values) => {
      this.#events.push(`${name}(${values.map(shown).join(', ')})`);
      if (this.#throwsAt.has(this.#calls++)) throw new Error(`call ${this.#calls} of ${name}`);
    };
  }

  note(event) {
    this.#events.push(event);
  }

  attempt(name, action) {
    try {
      this.#events.push(`${name} gave ${shown(action())}`);
    } catch (thrown) {
      this.#events.push(`${name} threw ${shown(thrown)}`);
    }
  }

  /** The events since the last time. */
  take() {
    return this.#events.splice(0);
  }
}

/** A value as text; large bytes and texts as digests. Of an encoded record, the explicit hash key is shown once. */
function shown(value) {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (ArrayBuffer.isView(value)) return `bytes ${brief(Buffer.from(value.buffer, value.byteOffset, value.byteLength))}`;
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? brief(Buffer.from(value)) : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (value === null || typeof value !== 'object') return `${value}`;
  const { explicitHashKey: _shownOnce, ...rest } = value;
  return `{ ${Object.entries(rest)
    .map(([name, field]) => `${name}: ${shown(field)}`)
    .join(', ')} }`;
}

function brief(buffer) {
  if (buffer.length <= 80) return buffer.toString('hex');
  return `${buffer.length} ${createHash('sha1').update(buffer).digest('hex')}`;
}

module.exports = { Trace, shown };
