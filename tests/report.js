'use strict';

// What a test script says: figures as it goes, the first failures in full, and at the end one line and an exit code.

const SHOWN_FAILURES = 10;

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
      this.#failed++;
      if (this.#failed <= SHOWN_FAILURES)
        console.log(`FAILED ${name}\n  ${error.stack.split('\n').slice(0, 12).join('\n  ')}`);
      if (this.#failed === SHOWN_FAILURES) console.log('(further failures are only counted)');
      return false;
    }
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
    // A missing program is said in one sentence, anything else is a defect of the script and wants its stack.
    console.log(error.constructor.name === 'MissingProgram' ? error.message : error.stack);
    report.check('the script ran to its end', () => {
      throw error;
    });
  }
  report.end();
}

module.exports = { runTests };
