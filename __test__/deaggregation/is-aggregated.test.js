'use strict';

// isAggregated: the magic number, more than 16 bytes after it, and the right MD5. hashKey: MD5 of a partition key.

const { aggregate, hashKey, isAggregated } = require('../..');
const { expectRefusal } = require('../support/thrown');
const { MAGIC, frame, partitionKeyEntry } = require('../oracle/format');
const { md5 } = require('../oracle/hash-key');

const [{ Data }] = aggregate([{ partitionKey: 'a', data: 'x' }]);
const changed = (position) => {
  const copy = Buffer.from(Data);
  copy.writeUInt8(copy.at(position) ^ 1, position < 0 ? copy.length + position : position);
  return copy;
};

describe('isAggregated', () => {
  test.each([
    ['an aggregate', Data],
    ['an aggregate without user records', frame(partitionKeyEntry('a'))],
    ['a frame around what is no protobuf', frame(Buffer.from('ff', 'hex'))],
  ])('%s is', (_, data) => {
    expect(isAggregated(data)).toBe(true);
    expect(isAggregated(new Uint8Array(data))).toBe(true);
    expect(isAggregated(new Uint8Array([0, ...data]).subarray(1))).toBe(true);
    expect(isAggregated(data.toString('base64'))).toBe(true);
  });

  test.each([
    ['no bytes', Buffer.alloc(0)],
    ['the magic number alone', MAGIC],
    ['the magic number and the MD5 of nothing', Buffer.concat([MAGIC, md5('')])],
    ['a magic number that is not quite it', changed(3)],
    ['a message that is not quite it', changed(6)],
    ['an MD5 that is not quite it', changed(-1)],
    ['one byte less', Data.subarray(0, -1)],
    ['one byte more', Buffer.concat([Data, Buffer.alloc(1)])],
    ['text', Buffer.from('text')],
  ])('%s is not', (_, data) => {
    expect(isAggregated(data)).toBe(false);
    expect(isAggregated(data.toString('base64'))).toBe(false);
  });

  test('a string that is no base64 is not', () => {
    expect(isAggregated('!!!')).toBe(false);
    expect(isAggregated('')).toBe(false);
  });

  test.each([[undefined], [null], [5], [5n], [true], [{}], [[1, 2]], [Symbol('x')], [() => {}], [new Date()]])(
    '%p is refused',
    (value) => {
      expectRefusal(() => isAggregated(value), 'ERR_KPL_DATA');
    },
  );
});

describe('hashKey', () => {
  test("is Kinesis's own: MD5 as a decimal", () => {
    expect(hashKey('a')).toBe('16955237001963240173058271559858726497');
    expect(hashKey('漢字')).toBe(String(BigInt(`0x${md5('漢字').toString('hex')}`)));
  });

  test('has no leading zeros, and can be an explicit hash key', () => {
    // The MD5 of this one begins with a zero byte.
    const key = Array.from({ length: 2000 }, (_, i) => `key ${i}`).find((each) => md5(each)[0] === 0);
    expect(hashKey(key)).toMatch(/^[1-9][0-9]*$/);
    const [entry] = aggregate([{ partitionKey: key, data: '', explicitHashKey: hashKey(key) }]);
    expect(entry.ExplicitHashKey).toBe(hashKey(key));
  });

  test('takes 1 to 256 code points', () => {
    expect(hashKey('🙂'.repeat(256))).toMatch(/^[0-9]+$/);
    expectRefusal(() => hashKey(''), 'ERR_KPL_PARTITION_KEY');
    expectRefusal(() => hashKey('a'.repeat(257)), 'ERR_KPL_PARTITION_KEY');
  });

  test.each([
    [undefined],
    [null],
    [5],
    [5n],
    [{}],
    [['a']],
    [Buffer.from('a')],
    [Symbol('a')],
    [Object('a')],
    ['\ud800'],
  ])('%p is refused', (value) => {
    expectRefusal(() => hashKey(value), 'ERR_KPL_PARTITION_KEY');
  });
});
