'use strict';

// What a stop in each place means: K1 = aggregate of a0 a1 a2 with one key, K2 = plain p, K3 = aggregate of c0 c1.

const { KplError } = require('../..');
const { processEvent } = require('kinesis-agg/lambda');
const { lambdaEvent } = require('kinesis-agg/testing');
const { underBothClocks } = require('../support/clocks');

const USER_RECORDS = ['a0', 'a1', 'a2', 'p', 'c0', 'c1'].map((data) => ({ partitionKey: data.charAt(0), data }));
const givenEvent = (options) => lambdaEvent(USER_RECORDS, { plain: ({ data }) => data === 'p', ...options });
const [K1, K2, K3] = givenEvent().Records.map(({ kinesis }) => kinesis.sequenceNumber);
const from = (itemIdentifier) => ({ batchItemFailures: [{ itemIdentifier }] });
const NOTHING = { batchItemFailures: [] };

/** A handler that fails where it is told to, and notes what it was given. */
function givenHandler(failures = {}) {
  const started = [];
  const handled = [];
  const handler = async ({ data }) => {
    const text = data.toString();
    started.push(text);
    if (text in failures) await failures[text]();
    handled.push(text);
  };
  return { started, handled, handler };
}

const failing = () => {
  throw new Error('not now');
};

/** A store in memory. */
function givenProgress(numbers = {}) {
  const saved = [];
  return {
    saved,
    load: jest.fn(async (eventID) => numbers[eventID.split(':')[1]]),
    save: jest.fn(async (eventID, handled) => {
      saved.push([eventID.split(':')[1], handled]);
      numbers[eventID.split(':')[1]] = handled;
    }),
  };
}

test('1: all fulfil', async () => {
  const { handler, started } = givenHandler();
  expect(await processEvent(givenEvent(), handler)).toEqual({
    response: NOTHING,
    userRecords: 6,
    handled: 6,
    dropped: 0,
    skipped: 0,
    unhandled: 0,
    repeated: 0,
  });
  expect(started).toEqual(['a0', 'a1', 'a2', 'p', 'c0', 'c1']);
});

test('2: a1 rejects', async () => {
  const { handler, started } = givenHandler({ a1: failing });
  expect(await processEvent(givenEvent(), handler)).toEqual({
    response: from(K1),
    userRecords: 6,
    handled: 1,
    dropped: 0,
    skipped: 0,
    unhandled: 5,
    repeated: 1,
    position: { sequenceNumber: K1, subSequenceNumber: 1 },
    stopped: 'error',
    error: new Error('not now'),
  });
  expect(started).toEqual(['a0', 'a1']);
});

test('3: p rejects', async () => {
  const result = await processEvent(givenEvent(), givenHandler({ p: failing }).handler);
  expect(result).toMatchObject({ response: from(K2), handled: 3, unhandled: 3, repeated: 0 });
  expect(result.position).toEqual({ sequenceNumber: K2, subSequenceNumber: 0 });
});

test('4: c1 rejects', async () => {
  const result = await processEvent(givenEvent(), givenHandler({ c1: failing }).handler);
  expect(result).toMatchObject({ response: from(K3), handled: 5, unhandled: 1, repeated: 1 });
});

describe("5: a1 rejects, onError gives 'drop'", () => {
  test.each([[() => 'drop'], [async () => 'drop']])('and the event goes on', async (onError) => {
    const { handler, handled } = givenHandler({ a1: failing });
    const result = await processEvent(givenEvent(), handler, { onError });
    expect(result).toEqual({ ...result, response: NOTHING, handled: 5, dropped: 1, unhandled: 0 });
    expect(result).not.toHaveProperty('stopped');
    expect(handled).toEqual(['a0', 'a2', 'p', 'c0', 'c1']);
  });

  test('a dropped one is repeated, too, where its Kinesis record is', async () => {
    const onError = (_, { data }) => (data.toString() === 'c0' ? 'drop' : 'retry');
    const { handler } = givenHandler({ c0: failing, c1: failing });
    const result = await processEvent(givenEvent(), handler, { onError });
    expect(result).toMatchObject({ response: from(K3), handled: 4, dropped: 1, unhandled: 1, repeated: 1 });
  });
});

describe('6: onError throws', () => {
  test.each([
    [
      'an error',
      () => {
        throw new Error('queue is down');
      },
    ],
    ['a rejection', () => Promise.reject(new Error('queue is down'))],
  ])('%s: as retry, with both errors', async (_, onError) => {
    const result = await processEvent(givenEvent(), givenHandler({ a1: failing }).handler, { onError });
    expect(result).toMatchObject({ response: from(K1), stopped: 'error', handled: 1 });
    expect(result.error).toBeInstanceOf(AggregateError);
    expect(result.error.errors).toEqual([new Error('not now'), new Error('queue is down')]);
  });

  test.each([['Drop'], [true], [null], [{}]])('so does a verdict that is none: %p', async (verdict) => {
    const onError = () => verdict;
    const result = await processEvent(givenEvent(), givenHandler({ a1: failing }).handler, { onError });
    expect(result.response).toEqual(from(K1));
    expect(result.error.errors[1]).toMatchObject({ code: 'ERR_KPL_OPTION' });
  });
});

describe('7: no error, and yet a failure', () => {
  test('a handler that throws', async () => {
    const handler = ({ data }) => {
      if (data.toString() === 'a1') throw new Error('at once');
    };
    const result = await processEvent(givenEvent(), handler);
    expect(result).toMatchObject({ response: from(K1), stopped: 'error', error: new Error('at once'), handled: 1 });
  });

  test('a rejection with undefined', async () => {
    const result = await processEvent(givenEvent(), givenHandler({ a1: () => Promise.reject() }).handler);
    expect(result).toMatchObject({ response: from(K1), stopped: 'error', handled: 1 });
    expect(result.error).toBeUndefined();
  });

  test("a thenable that isn't a promise", async () => {
    const handler = ({ data }) => ({
      // biome-ignore lint/suspicious/noThenProperty: it is what is tested
      then: (resolve, reject) => (data.toString() === 'a1' ? reject(new Error('not now')) : resolve()),
    });
    const result = await processEvent(givenEvent(), handler);
    expect(result).toMatchObject({ response: from(K1), stopped: 'error', handled: 1 });
  });
});

underBothClocks('deadlines', (clock) => {
  /** A handler that takes 20 ms for a user record, except where it is told otherwise. */
  const takingTime = (durations = {}, failures = {}) =>
    givenHandler(
      Object.fromEntries(
        USER_RECORDS.map(({ data }) => [
          data,
          async () => {
            await clock.wait(durations[data] ?? 20);
            failures[data]?.();
          },
        ]),
      ),
    );
  const process = (handler, ms, options) =>
    clock.until(
      processEvent(givenEvent(), handler, { context: clock.contextOf(1000 + ms), stopBeforeMs: 1000, ...options }),
    );

  test('8: after a2', async () => {
    const { handler, started } = takingTime({ a2: 200 });
    const result = await process(handler, 150);
    expect(result).toEqual({
      response: from(K2),
      userRecords: 6,
      handled: 3,
      dropped: 0,
      skipped: 0,
      unhandled: 3,
      repeated: 0,
      position: { sequenceNumber: K2, subSequenceNumber: 0 },
      stopped: 'deadline',
    });
    expect(started).toEqual(['a0', 'a1', 'a2']);
  });

  test('9: after a0', async () => {
    const result = await process(takingTime({ a0: 200 }).handler, 150);
    expect(result).toMatchObject({ response: from(K1), handled: 1, repeated: 1, stopped: 'deadline' });
  });

  test('9, with progress: the next delivery starts at a1', async () => {
    const progress = givenProgress();
    const result = await process(takingTime({ a0: 200 }).handler, 150, { progress });
    expect(result).toMatchObject({ response: from(K1), handled: 1, repeated: 0, stopped: 'deadline' });
    expect(progress.saved).toEqual([[K1, 1]]);

    const { handler, started } = takingTime();
    const next = await process(handler, 10_000, { progress });
    expect(next).toMatchObject({ response: NOTHING, skipped: 1, handled: 5, userRecords: 6 });
    expect(started).toEqual(['a1', 'a2', 'p', 'c0', 'c1']);
  });

  test('10: while a1 runs, which fulfils', async () => {
    const progress = givenProgress();
    const { handler, started } = takingTime({ a1: 200 });
    const result = await process(handler, 150, { progress });
    expect(result).toMatchObject({ response: from(K1), handled: 2, unhandled: 4, repeated: 0, stopped: 'deadline' });
    expect(started).toEqual(['a0', 'a1']);
    // The first number is for the case that a1 does not come back.
    expect(progress.saved).toEqual([
      [K1, 1],
      [K1, 2],
    ]);
  });

  test('11: while a1 runs, which rejects', async () => {
    const progress = givenProgress();
    const onError = jest.fn(() => 'drop');
    const { handler } = takingTime({ a1: 200 }, { a1: failing });
    const result = await process(handler, 150, { progress, onError });
    expect(onError).not.toHaveBeenCalled();
    expect(result).toMatchObject({ response: from(K1), handled: 1, dropped: 0, unhandled: 5, stopped: 'deadline' });
    expect(result).not.toHaveProperty('error');
    expect(progress.saved).toEqual([[K1, 1]]);
  });

  test('11: a handler that takes the signal stops at once', async () => {
    const signals = [];
    const handler = async (_, { signal }) => {
      signals.push(signal);
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const result = await process(handler, 100);
    expect(result).toMatchObject({ response: from(K1), handled: 0, stopped: 'deadline' });
    expect(signals).toHaveLength(1);
    expect(signals[0].reason).toMatchObject({ name: 'TimeoutError' });
  });

  test('12: a handler ignores the signal and outlives the function', async () => {
    const { handler, started } = takingTime({ a1: 1500 });
    const outcome = processEvent(givenEvent(), handler, { context: clock.contextOf(300), stopBeforeMs: 200 });
    const functionEnds = clock.wait(300).then(() => 'no answer');
    // Lambda takes that for a failure of the whole batch.
    expect(await clock.until(Promise.race([outcome, functionEnds]))).toBe('no answer');
    expect(started).toEqual(['a0', 'a1']);
    await clock.until(outcome);
  });

  test('12, with progress: it costs only itself', async () => {
    const progress = givenProgress();
    const { handler } = takingTime({ a1: 1500 });
    const outcome = processEvent(givenEvent(), handler, { context: clock.contextOf(300), stopBeforeMs: 200, progress });
    await clock.until(Promise.race([outcome, clock.wait(300)]));
    expect(progress.saved).toEqual([[K1, 1]]);
    await clock.until(outcome);
  });

  test('15: time is short from the start: a0 starts all the same', async () => {
    const { handler, started } = takingTime();
    const result = await process(handler, -900);
    expect(started).toEqual(['a0']);
    expect(result).toMatchObject({ response: from(K1), handled: 1, repeated: 1, stopped: 'deadline' });
  });

  test('15, with progress: the first that is not skipped', async () => {
    const { handler, started } = takingTime();
    const progress = givenProgress({ [K1]: 2 });
    const result = await process(handler, -900, { progress });
    expect(started).toEqual(['a2']);
    expect(result).toMatchObject({ response: from(K2), skipped: 2, handled: 1, repeated: 0 });
  });

  test('a handler that blocks the event loop is stopped too', async () => {
    const context = clock.contextOf(1000);
    let left = 1000;
    context.getRemainingTimeInMillis = () => left;
    const handler = () => {
      left -= 300;
    };
    const result = await clock.until(processEvent(givenEvent(), handler, { context, stopBeforeMs: 200 }));
    expect(result).toMatchObject({ response: from(K2), handled: 3, stopped: 'deadline' });
  });

  test('a fifth of the time is kept by default', async () => {
    const { handler, started } = takingTime();
    const result = await clock.until(processEvent(givenEvent(), handler, { context: clock.contextOf(100) }));
    expect(started.length).toBeLessThanOrEqual(5);
    expect(result).toMatchObject({ stopped: 'deadline', handled: started.length });
  });

  test('a deadline that comes while the last one runs stops nothing', async () => {
    const result = await process(takingTime({ c1: 250 }).handler, 200);
    expect(result).toEqual({ ...result, response: NOTHING, handled: 6 });
    expect(result).not.toHaveProperty('stopped');
  });

  test('a verdict that comes after the deadline counts', async () => {
    const onError = async () => {
      await clock.wait(300);
      return 'drop';
    };
    const result = await process(takingTime({}, { a0: failing }).handler, 150, { onError });
    expect(result).toMatchObject({ response: from(K1), handled: 0, dropped: 1, repeated: 1, stopped: 'deadline' });
  });
});

describe('13: N = 4, p rejects while a1 waits behind a0', () => {
  test('a0 is awaited, and what waited is not lost', async () => {
    let endA0;
    const { handler, started, handled } = givenHandler({
      a0: () => new Promise((resolve) => (endA0 = resolve)),
      p: failing,
      c0: () => new Promise(() => {}),
    });
    const few = givenEvent();
    few.Records.pop();
    const outcome = processEvent(few, handler, { concurrency: 4 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual(['a0', 'p']);
    endA0();
    const result = await outcome;
    expect(handled).toEqual(['a0']);
    expect(result).toMatchObject({
      response: from(K1),
      position: { sequenceNumber: K1, subSequenceNumber: 1 },
      handled: 1,
      unhandled: 3,
      repeated: 1,
      stopped: 'error',
    });
  });
});

describe('14: N = 4, c0 and c1 fulfilled, then a1 rejects', () => {
  const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
  const given = () =>
    givenHandler({
      a1: async () => {
        await soon();
        failing();
      },
    });

  test('all of them are repeated', async () => {
    const result = await processEvent(givenEvent(), given().handler, { concurrency: 4 });
    expect(result).toMatchObject({ response: from(K1), handled: 4, unhandled: 2, repeated: 4 });
  });

  test('except a0, with progress', async () => {
    const progress = givenProgress();
    const result = await processEvent(givenEvent(), given().handler, { concurrency: 4, progress });
    expect(result).toMatchObject({ response: from(K1), handled: 4, unhandled: 2, repeated: 3 });
    expect(progress.saved).toEqual([[K1, 1]]);
  });
});

describe('16: K2 is broken', () => {
  const broken = (options) => lambdaEvent(USER_RECORDS, { maxUserRecords: 2, broken: 1, routing: 'first', ...options });

  test('the handler gets it whole, with decodeError', async () => {
    const records = [];
    const result = await processEvent(broken(), (record) => records.push(record));
    expect(result).toMatchObject({ response: NOTHING, userRecords: 5, handled: 5 });
    expect(records[2]).toMatchObject({ decodeError: 'ERR_KPL_CHECKSUM', aggregated: false });
  });

  test('strict: onError gets its KplError, and K2 is reported', async () => {
    const heard = [];
    const onError = (error, { decodeError }, { source }) => heard.push(error, decodeError, source) && 'retry';
    const event = broken();
    const handler = jest.fn();
    const result = await processEvent(event, handler, { strict: true, onError });
    expect(result).toMatchObject({ response: from(K2), handled: 2, stopped: 'error', error: heard[0] });
    expect(heard[0]).toBeInstanceOf(KplError);
    expect(heard).toEqual([
      expect.objectContaining({ code: 'ERR_KPL_CHECKSUM', recordIndex: 1 }),
      'ERR_KPL_CHECKSUM',
      event.Records[1],
    ]);
    expect(handler).toHaveBeenCalledTimes(2);
    // Counted without a look at checksums.
    expect(result.unhandled).toBe(3);
  });

  test('strict: unless it is dropped', async () => {
    const handler = jest.fn();
    const result = await processEvent(broken(), handler, { strict: true, onError: () => 'drop' });
    expect(result).toMatchObject({ response: NOTHING, handled: 4, dropped: 1 });
  });

  test('verifyChecksum: false takes it apart', async () => {
    const result = await processEvent(broken(), () => {}, { verifyChecksum: false });
    expect(result).toMatchObject({ response: NOTHING, handled: 6 });
  });

  test.each([[false], [true]])('text that is no base64 is a failure of that record: strict %p', async (strict) => {
    const event = givenEvent();
    event.Records[1].kinesis.data = 'no base64 !';
    const heard = [];
    const onError = (error, { data, partitionKey }, { id }) =>
      heard.push([error, data.toString(), partitionKey, id]) && undefined;
    const result = await processEvent(event, () => {}, { strict, onError });
    expect(result).toMatchObject({ response: from(K2), handled: 3, unhandled: 3, repeated: 0, stopped: 'error' });
    const expected = expect.objectContaining({ code: 'ERR_KPL_KINESIS_RECORD', recordIndex: 1 });
    expect(heard).toEqual([[expected, 'no base64 !', 'p', `shardId-000000000000:${K2}:0`]]);
  });

  test('several of them can be dropped', async () => {
    const event = givenEvent();
    event.Records[0].kinesis.data = event.Records[1].kinesis.data = 'no base64 !';
    const heard = [];
    const onError = ({ recordIndex }) => heard.push(recordIndex) && 'drop';
    const result = await processEvent(event, () => {}, { onError });
    expect(heard).toEqual([0, 1]);
    expect(result).toMatchObject({ response: NOTHING, handled: 2, dropped: 2, userRecords: 4 });
  });
});

describe('17: K2 is an aggregate of no user records', () => {
  const emptied = (event = givenEvent()) => {
    // The magic, a key table of one key, and the checksum.
    event.Records[1].kinesis.data = Buffer.from(`f3899ac20a0161${md5('0a0161')}`, 'hex').toString('base64');
    return event;
  };
  const md5 = (hex) => require('node:crypto').createHash('md5').update(Buffer.from(hex, 'hex')).digest('hex');

  test('there is nothing to do', async () => {
    const result = await processEvent(emptied(), givenHandler().handler);
    expect(result).toMatchObject({ response: NOTHING, userRecords: 5, handled: 5 });
  });

  test('it is never reported', async () => {
    const result = await processEvent(emptied(), givenHandler({ c0: failing }).handler);
    expect(result).toMatchObject({ response: from(K3), repeated: 0 });
    const concurrent = await processEvent(emptied(), givenHandler({ c0: failing }).handler, { concurrency: 4 });
    expect(concurrent).toMatchObject({ response: from(K1), handled: 1, unhandled: 4, repeated: 1 });
  });

  test('an event of nothing else is done', async () => {
    const event = emptied();
    event.Records = [event.Records[1]];
    const progress = givenProgress();
    expect(await processEvent(event, failing, { progress })).toMatchObject({ response: NOTHING, userRecords: 0 });
    expect(progress.load).not.toHaveBeenCalled();
  });

  test('a deadline with nothing else left stops nothing', async () => {
    const event = emptied();
    event.Records.pop();
    let left = 1000;
    const context = { getRemainingTimeInMillis: () => left };
    const handler = ({ data }) => {
      if (data.toString() === 'a2') left = 0;
    };
    const result = await processEvent(event, handler, { context });
    expect(result).toEqual({ ...result, response: NOTHING, handled: 3 });
    expect(result).not.toHaveProperty('stopped');
  });
});

describe('18: Records: [], the last call of a window', () => {
  const window = { start: '2020-12-09T07:04:00Z', end: '2020-12-09T07:06:00Z' };
  test.each([
    [{ Records: [] }],
    [[]],
    [{ Records: [], window, state: {}, isFinalInvokeForWindow: true, isWindowTerminatedEarly: false }],
  ])('%j', async (event) => {
    expect(await processEvent(event, failing)).toMatchObject({ response: NOTHING, userRecords: 0 });
  });
});

describe('19: load rejects, or gives no integer of 0 or more', () => {
  const bad = ['1', null, -1, 1.5, Number.NaN, Infinity, {}, 1n];
  test.each([
    ['a rejection', () => Promise.reject(new Error('store is down')), new Error('store is down')],
    ['a throw', failing, new Error('not now')],
    ...bad.map((value) => [typeof value, async () => value, expect.objectContaining({ code: 'ERR_KPL_OPTION' })]),
  ])('%s: as if nothing were stored', async (_, load, progressError) => {
    const { handler, started } = givenHandler();
    const result = await processEvent(givenEvent(), handler, { progress: { load, save: jest.fn() } });
    expect(result).toMatchObject({ response: NOTHING, handled: 6, skipped: 0, progressError });
    expect(started).toHaveLength(6);
  });

  underBothClocks('load never answers', (clock) => {
    test('and has half of the time', async () => {
      const { handler, started } = givenHandler();
      const progress = { load: () => new Promise(() => {}), save: jest.fn() };
      const context = clock.contextOf(400);
      const result = await clock.until(processEvent(givenEvent(), handler, { context, progress }));
      expect(started).toHaveLength(6);
      expect(result).toMatchObject({ response: NOTHING, progressError: { name: 'TimeoutError' } });
    });
  });
});

describe('20: load gives 3 or more for K1', () => {
  test.each([[3], [4], [1000]])('%i: begins at p', async (number) => {
    const { handler, started } = givenHandler();
    const result = await processEvent(givenEvent(), handler, { progress: givenProgress({ [K1]: number }) });
    expect(result).toMatchObject({ response: NOTHING, skipped: 3, handled: 3 });
    expect(started).toEqual(['p', 'c0', 'c1']);
  });

  test.each([[0], [undefined]])('%p: at a0', async (number) => {
    const result = await processEvent(givenEvent(), () => {}, { progress: givenProgress({ [K1]: number }) });
    expect(result).toMatchObject({ skipped: 0, handled: 6 });
    expect(result).not.toHaveProperty('progressError');
  });
});

describe('21: save rejects', () => {
  test.each([
    ['a rejection', () => Promise.reject(new Error('store is down'))],
    [
      'a throw',
      () => {
        throw new Error('store is down');
      },
    ],
  ])('%s: as without progress', async (_, save) => {
    const progress = { load: () => undefined, save: jest.fn(save) };
    const result = await processEvent(givenEvent(), givenHandler({ a1: failing }).handler, { progress });
    expect(progress.save.mock.calls).toEqual([[`shardId-000000000000:${K1}`, 1]]);
    expect(result).toMatchObject({ response: from(K1), repeated: 1, stopped: 'error' });
    expect(result.progressError).toEqual(new Error('store is down'));
  });

  underBothClocks('save never answers', (clock) => {
    test('and has half of the time', async () => {
      const progress = { load: () => undefined, save: () => new Promise(() => {}) };
      const context = clock.contextOf(300);
      const { handler } = givenHandler({ a1: failing });
      const result = await clock.until(processEvent(givenEvent(), handler, { context, progress }));
      expect(result).toMatchObject({ response: from(K1), repeated: 1, progressError: { name: 'TimeoutError' } });
      expect(context.getRemainingTimeInMillis()).toBeGreaterThan(0);
    });
  });
});

test('22: an event of SQS', async () => {
  const handler = jest.fn();
  const event = { Records: [{ messageId: '1', body: '{}', eventSource: 'aws:sqs' }] };
  await expect(processEvent(event, handler)).rejects.toMatchObject({
    code: 'ERR_KPL_KINESIS_RECORD',
    recordIndex: 0,
    message: expect.stringContaining('Amazon SQS'),
  });
  expect(handler).not.toHaveBeenCalled();
});
