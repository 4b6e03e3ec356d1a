'use strict';

// What a person sees while the demo runs: two bars on a terminal, a line at each quarter elsewhere.

const { count, styleFor } = require('./style');

const BAR_WIDTH = 32;
/** What stands beside a bar, with room for the largest number of records. */
const BESIDE_BAR = 24;
const REDRAW_MS = 60;

class Screen {
  /** The two bars as they would be drawn now. */
  #bars = '';
  /** They are the last thing on the terminal. */
  #isDrawn = false;
  #drawnAt = 0;
  #quarter = 0;

  /**
   * @param {NodeJS.WriteStream} output
   * @param {NodeJS.ProcessEnv} env
   * @param {{ isQuiet: boolean }} settings
   */
  constructor(output, env, { isQuiet }) {
    this.output = output;
    this.style = styleFor(output, env);
    this.isQuiet = isQuiet;
    this.isLive = output.isTTY === true && env.TERM !== 'dumb' && !isQuiet;
  }

  /**
   * @param {string} routing
   * @param {import('./workload').Workload} workload
   * @param {number} shards
   */
  begin(routing, { records, size, producers, keys }, shards) {
    this.#quarter = 0;
    this.line();
    this.line(
      `${this.style.bold(`routing ${routing}`)}: ${count(records)} user records of ${count(size)} bytes, ${keys} partition keys,`,
    );
    this.line(`from ${producers} producers to ${shards} ${shards === 1 ? 'shard' : 'shards'}`);
    this.line();
  }

  /** How wide a line may be. */
  get columns() {
    return this.output.columns ?? Number.POSITIVE_INFINITY;
  }

  /** @param {string} text */
  line(text = '') {
    if (this.isQuiet) return;
    this.#erase();
    this.output.write(`${text}\n`);
    this.#draw();
  }

  /** @param {string} text */
  event(text) {
    this.line(`  ${this.style.green('•')} ${text}`);
  }

  /**
   * @param {number} produced
   * @param {number} consumed
   * @param {number} total
   */
  progress(produced, consumed, total) {
    if (this.isLive) this.#progressBars(produced, consumed, total);
    else this.#progressLine(produced, consumed, total);
  }

  /** Leaves the bars as they are and goes on below. */
  end() {
    this.#erase();
    this.#draw();
    this.#bars = '';
    this.#isDrawn = false;
  }

  /** Takes the bars away, so that a message can follow. */
  clear() {
    this.#erase();
    this.#bars = '';
  }

  /**
   * @param {number} produced
   * @param {number} consumed
   * @param {number} total
   */
  #progressBars(produced, consumed, total) {
    this.#bars = `${this.#bar('produced', produced, total)}\n${this.#bar('consumed', consumed, total)}\n`;
    const now = Date.now();
    if (now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#erase();
    this.#draw();
  }

  /**
   * @param {number} produced
   * @param {number} consumed
   * @param {number} total
   */
  #progressLine(produced, consumed, total) {
    const quarter = Math.floor((4 * consumed) / total);
    if (quarter <= this.#quarter) return;
    this.#quarter = quarter;
    this.line(`  consumed ${count(consumed)} of ${count(total)}, produced ${count(produced)}`);
  }

  /**
   * @param {string} name
   * @param {number} value
   * @param {number} total
   */
  #bar(name, value, total) {
    const width = Math.max(1, Math.min(BAR_WIDTH, this.columns - BESIDE_BAR));
    const filled = Math.min(width, Math.floor((width * value) / total));
    const bar = this.style.cyan('█'.repeat(filled)) + this.style.dim('░'.repeat(width - filled));
    return `  ${name} ${bar} ${count(value).padStart(count(total).length)}`;
  }

  #erase() {
    if (this.#isDrawn) this.output.write('\x1b[2A\x1b[0J');
    this.#isDrawn = false;
  }

  #draw() {
    if (!this.isLive || this.#bars === '') return;
    this.output.write(this.#bars);
    this.#isDrawn = true;
  }
}

module.exports = { Screen };
