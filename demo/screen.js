'use strict';

// What a person sees while the demo runs: bars and a table of the shards on a terminal, a line at each quarter elsewhere.

const { count, duration, styleFor } = require('./style');
const { fitted, linesOf, width } = require('./table');

const BAR_WIDTH = 40;
/** What stands beside a bar, with room for the largest number of records. */
const BESIDE_BAR = 26;
const REDRAW_MS = 60;
/** Lines of the terminal that are not the table's: bars, sums, heads, the last events and the prompt. */
const OTHER_LINES = 14;

/**
 * @typedef {object} Progress
 * @property {number} total user records
 * @property {number} taken
 * @property {number} stored
 * @property {number} readBack
 * @property {import('../producer').ProducerMetrics} metrics
 * @property {ShardProgress[]} shards
 *
 * @typedef {object} ShardProgress
 * @property {number} shard
 * @property {boolean} isOpen
 * @property {number} inFlight
 * @property {number} stored
 * @property {number} sentAgain
 * @property {number} mayBeDuplicated
 * @property {number} readBack
 */

class Screen {
  /** The last lines on the terminal, as they would be drawn now. @type {string[]} */
  #live = [];
  /** How many of them stand there. */
  #drawn = 0;
  #drawnAt = 0;
  #quarter = 0;
  /** @type {Progress | undefined} */
  #last;

  /**
   * @param {NodeJS.WriteStream} output
   * @param {NodeJS.ProcessEnv} env
   * @param {{ isQuiet: boolean }} settings
   */
  constructor(output, env, { isQuiet }) {
    this.output = output;
    this.style = styleFor(output, env);
    this.isQuiet = isQuiet;
    this.isLive = output.isTTY === true && env.TERM !== 'dumb' && !env.CI && !isQuiet;
  }

  /**
   * @param {string} routing
   * @param {import('./workload').Workload} workload
   * @param {number} shards
   */
  begin(routing, { records, size, keys }, shards) {
    this.#quarter = 0;
    this.#last = undefined;
    this.line();
    this.line(`${this.style.bold(`routing ${routing}`)}: ${count(records)} user records of ${count(size)} bytes,`);
    this.line(`from ${keys} partition keys to ${shards} ${shards === 1 ? 'shard' : 'shards'}`);
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

  /** @param {string} text */
  warning(text) {
    this.line(`  ${this.style.yellow('!')} ${text}`);
  }

  /** @param {Progress} progress */
  progress(progress) {
    this.#last = progress;
    if (this.isLive) this.#progressLive(progress);
    else this.#progressLine(progress);
  }

  /** Leaves the bars, full as they are, and goes on below. */
  end() {
    if (this.#last) this.#live = this.#bars(this.#last);
    this.#erase();
    this.#draw();
    this.#live = [];
    this.#drawn = 0;
  }

  /** Takes away what is live, so that a message can follow. */
  clear() {
    this.#erase();
    this.#live = [];
  }

  /** Says how far it had come when it was interrupted. */
  interrupted() {
    this.clear();
    const { taken, stored } = this.#last ?? { taken: 0, stored: 0 };
    this.line(
      `Interrupted: ${count(taken)} user records were taken, ${count(stored)} stored. Nothing is left running.`,
    );
  }

  /** @param {Progress} progress */
  #progressLive(progress) {
    const now = Date.now();
    if (now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#live = [...this.#bars(progress), '', ...this.#shards(progress), '', this.#sums(progress)];
    this.#erase();
    this.#draw();
  }

  /** @param {Progress} progress */
  #progressLine({ total, taken, stored, readBack, metrics, shards }) {
    const quarter = Math.floor((4 * stored) / total);
    if (quarter <= this.#quarter) return;
    this.#quarter = quarter;
    const inFlight = shards.reduce((sum, shard) => sum + shard.inFlight, 0);
    this.line(
      `  stored ${count(stored)} of ${count(total)}: taken ${count(taken)}, in flight ${count(inFlight)}, ` +
        `${count(metrics.entries.retried)} entries retried, possibly duplicated ` +
        `${count(metrics.userRecords.mayBeDuplicated)}, read back ${count(readBack)}`,
    );
  }

  /** @param {Progress} progress */
  #bars({ total, taken, stored, readBack }) {
    return [
      this.#bar('taken    ', taken, total),
      this.#bar('stored   ', stored, total),
      this.#bar('read back', readBack, total),
    ];
  }

  /**
   * @param {string} name
   * @param {number} value
   * @param {number} total
   */
  #bar(name, value, total) {
    const cells = Math.max(1, Math.min(BAR_WIDTH, this.columns - BESIDE_BAR));
    const filled = Math.min(cells, Math.floor((cells * value) / total));
    const bar = this.style.cyan('█'.repeat(filled)) + this.style.dim('░'.repeat(cells - filled));
    return `  ${name} ${bar} ${count(value).padStart(count(total).length)}`;
  }

  /** @param {Progress} progress */
  #shards({ shards }) {
    const most = Math.max(1, (this.output.rows ?? 24) - OTHER_LINES);
    // On a low terminal: those that still take records.
    const shown = shards.length <= most ? shards : shards.filter(({ isOpen }) => isOpen).slice(0, most);
    /** @param {number} value */
    const fault = (value) => (value === 0 ? this.style.dim('0') : this.style.yellow(count(value)));
    const rows = shown.map(({ shard, isOpen, inFlight, stored, sentAgain, mayBeDuplicated, readBack }) => [
      String(shard),
      isOpen ? 'open' : this.style.dim('closed'),
      inFlight === 0 ? this.style.dim('0') : count(inFlight),
      count(stored),
      fault(sentAgain),
      fault(mayBeDuplicated),
      count(readBack),
    ]);
    const heads = ['shard', 'state', 'in flight', 'stored', 'retried', 'possibly duplicated', 'read back'];
    const spare = ['state', 'read back', 'possibly duplicated', 'in flight'];
    const all = fitted([heads, ...rows], this.columns, spare);
    const lines = linesOf(this.style, all, all[0].includes('state') ? 2 : 1);
    const hidden = shards.length - shown.length;
    return hidden > 0 ? [...lines, this.style.dim(`  and ${hidden} more`)] : lines;
  }

  /** @param {Progress} progress */
  #sums({ metrics }) {
    const { bufferedRecords, oldestRecordAgeMs, inFlightRequests, entries } = metrics;
    const whole = [
      `holds ${count(bufferedRecords)}, the oldest for ${duration(oldestRecordAgeMs)}`,
      `${inFlightRequests} ${inFlightRequests === 1 ? 'request' : 'requests'} in flight`,
      `${count(entries.throttled)} entries throttled`,
    ];
    while (whole.length > 1 && width(whole.join(' · ')) + 2 > this.columns) whole.pop();
    return this.style.dim(`  ${whole.join(' · ')}`);
  }

  #erase() {
    if (this.#drawn > 0) this.output.write(`\x1b[${this.#drawn}A\x1b[0J`);
    this.#drawn = 0;
  }

  #draw() {
    if (!this.isLive || this.#live.length === 0) return;
    this.output.write(`${this.#live.join('\n')}\n`);
    this.#drawn = this.#live.length;
  }
}

module.exports = { Screen };
