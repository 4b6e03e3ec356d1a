'use strict';

// What must hold in the end, whatever went wrong on the way.

const { count } = require('./style');

/**
 * @param {object} result
 * @param {{ in: number, out: number, changed: number }} result.userRecords
 * @param {{ missing: number, doubled: number, doubledSilently: number, misplaced: number }} result.balance
 * @param {{ promised: boolean, kept: boolean, overtaken: number }} result.order
 * @param {{ stored: number, failed: number, stillHeld: number, mayBeDuplicated: number }} result.delivery
 * @param {{ dropped: number }} result.kcl
 * @returns {{ ok: boolean, text: string }[]} in the words of what was found
 */
function checksOf({ userRecords, balance, order, delivery, kcl }) {
  const all = count(userRecords.in);
  /**
   * @param {boolean} ok
   * @param {string} held
   * @param {string} failed
   */
  const check = (ok, held, failed) => ({ ok, text: ok ? held : failed });
  const checks = [
    check(
      delivery.stored === userRecords.in && delivery.failed === 0 && delivery.stillHeld === 0,
      `the producer says that all ${all} user records are stored`,
      `the producer says that ${count(delivery.stored)} of ${all} user records are stored, ` +
        `${count(delivery.failed)} failed, and it still holds ${count(delivery.stillHeld)}`,
    ),
    check(
      balance.missing === 0,
      `nothing was lost: ${all} of ${all} came back from the shards`,
      `${count(balance.missing)} user records were lost`,
    ),
    check(
      balance.doubledSilently === 0,
      balance.doubled === 0
        ? 'nothing was doubled'
        : `${count(balance.doubled)} were doubled, each of them announced by mayBeDuplicated`,
      `${count(balance.doubledSilently)} were doubled without mayBeDuplicated`,
    ),
    check(
      userRecords.changed === 0,
      'nothing was changed: keys and data are those that were put',
      `${count(userRecords.changed)} came back changed`,
    ),
    check(
      balance.misplaced === 0,
      'each is at the shard, sequence and sub-sequence number that its put told',
      `${count(balance.misplaced)} are not where their put told`,
    ),
    check(
      kcl.dropped === 0,
      'a KCL consumer keeps all of them, before and after the reshard',
      `a KCL consumer would drop ${count(kcl.dropped)} of them`,
    ),
  ];
  if (!order.promised) return checks;
  const kept = 'the order per partition key was kept, through retries and the reshard';
  return [...checks, check(order.kept, kept, `${count(order.overtaken)} were overtaken by later ones of their key`)];
}

module.exports = { checksOf };
