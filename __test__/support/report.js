'use strict';

// What a test script says: figures as it goes, the first failures in full, and at the end one line and an exit code.

const { MissingProgram } = require('./python-packages');

const SHOWN_FAILURES = 10;
const SHOWN_LINES = 12;

class Report {
  #passed = 0;
  #failed = 0;

  /** Runs one check; whatever it throws is a failure. Says whether it held. */
  check(name, body) {
    const held = this.attempt(name, body);
    if (held) this.#passed++;
    return held;
  }

  /** Preparation for a check: counts only if it fails. */
  attempt(name, body) {
    try {
      body();
      return true;
    } catch (error) {
      this.#fail(`FAILED ${name}\n  ${error.stack.split('\n').slice(0, SHOWN_LINES).join('\n  ')}`);
      return false;
    }
  }

  /** The end of the script before its time: one failure, whatever was passed until then. */
  abort(text) {
    this.#fail(text);
  }

  #fail(text) {
    this.#failed++;
    if (this.#failed <= SHOWN_FAILURES) console.log(text);
    if (this.#failed === SHOWN_FAILURES) console.log('(further failures are only counted)');
  }

  heading(text) {
    console.log(`\n${text}`);
  }

  figure(text) {
    console.log(`  ${text}`);
  }

  end() {
    console.log(`\n${this.#passed} passed, ${this.#failed} failed`);
    process.exitCode = this.#failed === 0 && this.#passed > 0 ? 0 : 1;
  }
}

/**
 * A test script from its first line to its exit code.
 * @param {(report: Report) => Promise<void>} body
 */
async function runTests(body) {
  const report = new Report();
  try {
    await body(report);
  } catch (error) {
    // What the machine lacks is said in one sentence; anything else wants its stack.
    report.abort(error instanceof MissingProgram ? error.message : error.stack);
  }
  report.end();
}

module.exports = { runTests };
