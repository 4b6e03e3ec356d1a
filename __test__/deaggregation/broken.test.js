'use strict';

// What begins with the magic number and does not hold up: decodeError, onBroken, strict, verifyChecksum.

const { aggregate, decode, deaggregate, deaggregateAsync, iterDeaggregate } = require('../..');
const { lambdaRecord, sdkRecord } = require('../support/kinesis-records');
const { expectRefusal, thrownBy } = require('../support/thrown');
const { MAGIC, frame, partitionKeyEntry, recordEntry } = require('../oracle/format');

const [good] = aggregate([
  { partitionKey: 'a', data: 'x' },
  { partitionKey: 'b', data: 'y' },
]);
const checksum = Buffer.from(good.Data);
checksum[checksum.length - 1] ^= 1;
const malformed = frame(Buffer.from('0aff', 'hex'));
const index = frame(partitionKeyEntry('a'), recordEntry(0, null, 'x'), recordEntry(0, 0, 'y'));

const BROKEN = [
  ['ERR_KPL_CHECKSUM', checksum],
  ['ERR_KPL_MALFORMED', malformed],
  ['ERR_KPL_MALFORMED', MAGIC],
  ['ERR_KPL_MALFORMED', Buffer.concat([MAGIC, Buffer.alloc(16)])],
  ['ERR_KPL_INDEX', index],
];

describe.each(BROKEN)('%s (%#)', (code, Data) => {
  const record = sdkRecord({ Data, PartitionKey: 'outer' }, '42');

  test('comes out whole, with decodeError', () => {
    expect(deaggregate(record)).toEqual([
      {
        partitionKey: 'outer',
        explicitHashKey: null,
        data: Data,
        sequenceNumber: '42',
        subSequenceNumber: 0,
        aggregated: false,
        decodeError: code,
      },
    ]);
  });

  test('onBroken hears of it, with the error and the very record', async () => {
    const calls = [];
    const onBroken = (...values) => calls.push(values);
    const records = [sdkRecord(good), record, sdkRecord(good)];
    deaggregate(records, { onBroken });
    decode(records, { onBroken });
    for (const _ of iterDeaggregate(records, { onBroken }));
    await deaggregateAsync(records, { onBroken });
    expect(calls).toHaveLength(4);
    for (const [error, heard, ...more] of calls) {
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ name: 'KplError', code, recordIndex: 1 });
      expect(heard).toBe(record);
      expect(more).toEqual([]);
    }
  });

  test('strict throws, with the position of the record', async () => {
    const records = [sdkRecord(good), record];
    const position = { recordIndex: 1 };
    expectRefusal(() => deaggregate(records, { strict: true }), code, position);
    expectRefusal(() => decode(records, { strict: true }), code, position);
    await expect(deaggregateAsync(records, { strict: true })).rejects.toMatchObject({ code, ...position });
    const iterator = iterDeaggregate(records, { strict: true });
    expect(iterator.next().value.data.toString()).toBe('x');
    expect(iterator.next().value.data.toString()).toBe('y');
    expectRefusal(() => iterator.next(), code, position);
    expect(iterator.next()).toEqual({ value: undefined, done: true });
  });

  test('under strict, onBroken hears of it first', async () => {
    for (const read of [deaggregate, decode, (...values) => [...iterDeaggregate(...values)]]) {
      const heard = [];
      expectRefusal(() => read([record], { strict: true, onBroken: (error) => heard.push(error.code) }), code);
      expect(heard).toEqual([code]);
    }
    const heard = [];
    const promise = deaggregateAsync([record], { strict: true, onBroken: (error) => heard.push(error.code) });
    await expect(promise).rejects.toMatchObject({ code });
    expect(heard).toEqual([code]);
  });
});

test('a malformed record tells the offset at which reading failed, the others none', () => {
  const errors = [];
  const records = [malformed, checksum, index, MAGIC].map((Data) => sdkRecord({ Data }));
  deaggregate(records, { onBroken: (error) => errors.push(error) });
  expect(errors.map((error) => error.recordIndex)).toEqual([0, 1, 2, 3]);
  expect(errors[0].offset).toBeGreaterThanOrEqual(4);
  expect(errors[0].offset).toBeLessThanOrEqual(malformed.length);
  expect(errors[1]).not.toHaveProperty('offset');
  expect(errors[2]).not.toHaveProperty('offset');
  expect(errors[3].offset).toBe(4);
});

describe('decodeError is absent', () => {
  test.each([
    ['from a record that does not begin with the magic number', Buffer.from('plain')],
    ['from one that begins with a part of it', MAGIC.subarray(0, 3)],
    ['from one that has it later', Buffer.concat([Buffer.from('x'), good.Data])],
    ['from an empty one', Buffer.alloc(0)],
    ['from user records', good.Data],
  ])('%s', (_, Data) => {
    for (const record of deaggregate(sdkRecord({ Data }))) expect('decodeError' in record).toBe(false);
  });

  test('from a user record whose own data is a broken aggregate', () => {
    const [entry] = aggregate([{ partitionKey: 'a', data: checksum }]);
    const [record] = deaggregate(sdkRecord(entry));
    expect(record.aggregated).toBe(true);
    expect('decodeError' in record).toBe(false);
  });
});

test('onBroken is not called for what is not broken', () => {
  const onBroken = jest.fn();
  const records = [good.Data, Buffer.from('plain'), Buffer.alloc(0), frame(partitionKeyEntry('a'))];
  deaggregate(
    records.map((Data) => sdkRecord({ Data })),
    { onBroken },
  );
  expect(onBroken).not.toHaveBeenCalled();
});

test('onBroken hears in input order, and gets Lambda records as they are', () => {
  const heard = [];
  const records = BROKEN.map(([, Data]) => lambdaRecord({ Data, PartitionKey: 'a' }));
  deaggregate(records, { onBroken: (error, record) => heard.push([error.code, record]) });
  expect(heard.map(([code]) => code)).toEqual(BROKEN.map(([code]) => code));
  heard.forEach(([, record], i) => {
    expect(record).toBe(records[i]);
  });
});

test('what onBroken throws is thrown', async () => {
  const failure = new Error('of the callback');
  const onBroken = () => {
    throw failure;
  };
  const record = sdkRecord({ Data: checksum });
  expect(thrownBy(() => deaggregate(record, { onBroken }))).toBe(failure);
  expect(thrownBy(() => decode(record, { onBroken }))).toBe(failure);
  expect(thrownBy(() => [...iterDeaggregate(record, { onBroken })])).toBe(failure);
  await expect(deaggregateAsync(record, { onBroken })).rejects.toBe(failure);
});

test('onBroken may deaggregate itself', () => {
  const inner = [];
  const onBroken = () => inner.push(...deaggregate(sdkRecord(good)));
  expect(deaggregate([sdkRecord({ Data: checksum }), sdkRecord(good)], { onBroken })).toHaveLength(3);
  expect(inner).toHaveLength(2);
});

test('nothing is lost: an index that points nowhere brings the whole aggregate, not a part', () => {
  const Data = frame(
    partitionKeyEntry('a'),
    ...Array.from({ length: 9 }, (_, i) => recordEntry(0, null, `good ${i}`)),
    recordEntry(1, null, 'points nowhere'),
  );
  expect(deaggregate(sdkRecord({ Data }))).toMatchObject([{ data: Data, aggregated: false }]);
});

describe('verifyChecksum: false', () => {
  const options = { verifyChecksum: false };

  test('reads an aggregate whose MD5 is wrong', () => {
    expect(deaggregate(sdkRecord({ Data: checksum }), options).map(({ data }) => data.toString())).toEqual(['x', 'y']);
    expect(deaggregate(sdkRecord({ Data: checksum }), { verifyChecksum: true })).toHaveLength(1);
    expect(deaggregate(sdkRecord({ Data: checksum }), { verifyChecksum: undefined })).toHaveLength(1);
  });

  test('still finds what is malformed or points nowhere', () => {
    expect(deaggregate(sdkRecord({ Data: malformed }), options)[0].decodeError).toBe('ERR_KPL_MALFORMED');
    expect(deaggregate(sdkRecord({ Data: index }), options)[0].decodeError).toBe('ERR_KPL_INDEX');
    expect(deaggregate(sdkRecord({ Data: MAGIC }), options)[0].decodeError).toBe('ERR_KPL_MALFORMED');
  });
});

describe('options', () => {
  const read = [deaggregate, decode, iterDeaggregate];

  test.each(['verifyChecksum', 'strict', 'copy'])('%s is a boolean', (name) => {
    for (const value of [0, 1, 'true', null, {}, Symbol('x')]) {
      for (const each of read) expectRefusal(() => each([], { [name]: value }), 'ERR_KPL_OPTION');
    }
  });

  test('onBroken is a function', () => {
    for (const value of [null, 0, 'text', {}, true]) {
      for (const each of read) expectRefusal(() => each([], { onBroken: value }), 'ERR_KPL_OPTION');
    }
  });

  test('options are an object', async () => {
    for (const value of [null, 0, 5, 'text', true, Symbol('x')]) {
      for (const each of read) expectRefusal(() => each([], value), 'ERR_KPL_OPTION');
      await expect(deaggregateAsync([], value)).rejects.toMatchObject({ code: 'ERR_KPL_OPTION' });
    }
  });

  test('undefined is the default everywhere', () => {
    const none = {
      verifyChecksum: undefined,
      strict: undefined,
      copy: undefined,
      onBroken: undefined,
      hashKeyRange: undefined,
    };
    expect(deaggregate(sdkRecord(good), none)).toEqual(deaggregate(sdkRecord(good)));
    expect(deaggregate(sdkRecord(good), undefined)).toHaveLength(2);
  });

  test('frozen options are taken', () => {
    expect(deaggregate(sdkRecord(good), Object.freeze({ strict: true }))).toHaveLength(2);
  });

  test('the index that Array.prototype.map passes is not taken for options', () => {
    expect(() => [sdkRecord(good)].map(deaggregate)).toThrow(expect.objectContaining({ code: 'ERR_KPL_OPTION' }));
  });
});

describe('the message about a failed checksum says what can be known', () => {
  const wrong = Buffer.alloc(16, 0x77);
  const framed = (message) => Buffer.concat([MAGIC, message, wrong]);

  test.each([
    ['how many user records it holds', checksum, 'parses to its end and holds 2 user records'],
    ['where it stops', framed(Buffer.from('0a0161ff', 'hex')), 'stops making sense at byte 7'],
    ['that it looks cut off', good.Data.subarray(0, -20), 'looks cut off'],
    ['that its MD5 looks cut off', good.Data.subarray(0, -3), '3 bytes of the MD5 are missing'],
    ['that other bytes follow', Buffer.concat([good.Data, Buffer.from('\n')]), 'followed by 1 other bytes'],
    ['that it looks nested', framed(good.Data), 'nested'],
    ['that it looks like gzip', framed(Buffer.from('1f8b0800', 'hex')), 'gzip'],
  ])('%s', (_, Data, expected) => {
    const errors = [];
    const record = sdkRecord({ Data, PartitionKey: 'a' });
    deaggregate(record, { onBroken: (error) => errors.push(error) });
    expect(errors.map(({ code }) => code)).toEqual(['ERR_KPL_CHECKSUM']);
    expect(errors[0].message).toMatch(/^the MD5 does not match: /);
    expect(errors[0].message).toMatch(new RegExp(expected));
    expect(errors[0].message).not.toContain('key');
  });
});
