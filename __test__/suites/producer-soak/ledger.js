'use strict';

// What a stream has seen of each user record beside what the producer says of it: the invariants of a producer, checked as
// the records go by. Only the newest are remembered, far more than can be on their way at a time.

const { KEYS, OUTCOMES } = require('./records');

const REMEMBERED = 2 ** 20;
const JUDGED_AFTER = REMEMBERED / 2;
const MOST_PLACES = 8;
const MOST_SUB_SEQUENCE = 2 ** 16;
/** From then on, the producer leaves out tries in the middle. */
const MOST_ATTEMPTS = 20;

class Ledger {
  /** How often each invariant was violated, and the first that was seen of it. */
  violations = {};
  judged = 0;
  copies = 0;
  #isOrdered;
  #arrivals = new Uint8Array(REMEMBERED);
  #copies = new Uint8Array(REMEMBERED);
  #places = new Float64Array(REMEMBERED * MOST_PLACES);
  #isOutOfOrder = new Uint8Array(REMEMBERED);
  #outcomes = new Uint8Array(REMEMBERED);
  #tries = new Uint8Array(REMEMBERED);
  #unknowns = new Uint8Array(REMEMBERED);
  /** Of each key, the newest user record of which a copy is stored. */
  #newest = new Float64Array(KEYS).fill(-1);

  constructor(isOrdered) {
    this.#isOrdered = isOrdered;
  }

  /** It is in a request. */
  arrived(number) {
    if (!this.#isRemembered(number)) return;
    this.#arrivals[number % REMEMBERED]++;
  }

  stored(number, sequence, subSequence) {
    if (!this.#isRemembered(number)) return;
    const slot = number % REMEMBERED;
    const copies = this.#copies[slot]++;
    this.copies++;
    if (copies < MOST_PLACES) this.#places[slot * MOST_PLACES + copies] = placeOf(sequence, subSequence);
    if (copies > 0) return;
    const key = number % KEYS;
    if (number < this.#newest[key]) this.#isOutOfOrder[slot] = 1;
    else this.#newest[key] = number;
  }

  /** The producer says what became of it. */
  settled(number, outcome, sequence, subSequence, tries, unknowns) {
    if (!this.#isRemembered(number)) return;
    const slot = number % REMEMBERED;
    if (this.#outcomes[slot] !== 0) this.#violated('I1: settled once', number);
    this.#outcomes[slot] = outcome;
    this.#tries[slot] = tries;
    this.#unknowns[slot] = unknowns;
    if (outcome !== OUTCOMES.stored && outcome !== OUTCOMES.storedMaybeTwice) return;
    const places = this.#places.subarray(
      slot * MOST_PLACES,
      slot * MOST_PLACES + Math.min(this.#copies[slot], MOST_PLACES),
    );
    if (!places.includes(placeOf(sequence, subSequence))) this.#violated('I2: where it says', number);
  }

  /** Judges all below a number. */
  judge(end) {
    while (this.judged < end) {
      const slot = this.judged % REMEMBERED;
      this.#judgeOne(this.judged, slot);
      for (const column of [this.#arrivals, this.#copies, this.#isOutOfOrder, this.#outcomes]) column[slot] = 0;
      this.judged++;
    }
  }

  #judgeOne(number, slot) {
    const copies = this.#copies[slot];
    const outcome = this.#outcomes[slot];
    const isFailed = outcome >= OUTCOMES.failed;
    if (!isFailed && copies === 0) this.#violated('I1: stored or failed', number);
    if (!isFailed && this.#isOrdered && this.#isOutOfOrder[slot]) this.#violated('I5: in order', number);
    if (outcome === OUTCOMES.stored && copies > 1) this.#violated('I3: stored once', number);
    if (outcome === OUTCOMES.failed && copies > 0) this.#violated('I4: not stored', number);
    if (outcome === OUTCOMES.notTaken && this.#arrivals[slot] > 0)
      this.#violated('what was not taken is nowhere', number);
    if (outcome === 0 || this.#tries[slot] >= MOST_ATTEMPTS) return;
    if (this.#arrivals[slot] > this.#tries[slot]) this.#violated('I7: never sent again', number);
    const mostCopies = this.#unknowns[slot] + (isFailed ? 0 : 1);
    if (copies > mostCopies) this.#violated('as many copies as tries that may have stored it', number);
  }

  #isRemembered(number) {
    if (number < this.judged) {
      this.#violated('settled long before', number);
      return false;
    }
    if (number - this.judged >= REMEMBERED) this.judge(number - JUDGED_AFTER);
    return true;
  }

  #violated(invariant, number) {
    this.violations[invariant] ??= { times: 0, first: number };
    this.violations[invariant].times++;
  }

  /** Bytes or a key that nobody put. */
  isForeign() {
    this.#violated('I2: the bytes and keys that were put', -1);
  }
}

function placeOf(sequence, subSequence) {
  return sequence * MOST_SUB_SEQUENCE + subSequence;
}

module.exports = { Ledger };
