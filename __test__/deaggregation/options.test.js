'use strict';

// An option that nobody reads is refused: a typing error must not look like a default.

const {
  deaggregate,
  deaggregateAsync,
  deaggregateRecords,
  decode,
  iterDeaggregate,
  iterDeaggregateRecords,
} = require('../..');
const { expectRefusal } = require('../support/thrown');

const { signal } = new AbortController();
const FUNCTIONS = { deaggregate, decode, deaggregateRecords, iterDeaggregate, iterDeaggregateRecords };

test.each(Object.entries(FUNCTIONS))('%s names the nearest option', (_, call) => {
  for (const [options, nearest] of [
    [{ Strict: true }, 'strict'],
    [{ hashkeyrange: {} }, 'hashKeyRange'],
    [{ verifyChecksums: false }, 'verifyChecksum'],
    [{ onbroken: () => {} }, 'onBroken'],
    [{ copy: true, afters: { sequenceNumber: '1' } }, 'after'],
  ]) {
    const { message } = expectRefusal(() => call([], options), 'ERR_KPL_OPTION');
    expect(message).toContain(`did you mean ${nearest}?`);
  }
  expect([...call([], { after: undefined, nothing: undefined })]).toEqual([]);
});

test('deaggregateAsync too', async () => {
  await expect(deaggregateAsync([], { strickt: true })).rejects.toThrow('did you mean strict?');
});

test('signal is excepted for the two iterators alone, since stream.pipeline passes it', () => {
  expect([...iterDeaggregate([], { signal })]).toEqual([]);
  expect([...iterDeaggregateRecords([], { signal })]).toEqual([]);
  for (const call of [deaggregate, decode, deaggregateRecords])
    expectRefusal(() => call([], { signal }), 'ERR_KPL_OPTION');
});
