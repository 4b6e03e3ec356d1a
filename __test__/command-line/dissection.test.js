'use strict';

// What happened to a broken record: every kind of damage is told apart, and the byte is named.

const { gzipSync } = require('node:zlib');
const fc = require('fast-check');
const { Effort, dissect, isMagic, wrappingOf } = require('../../lib/cli/dissection');
const {
  aggregateOf,
  bytes,
  explicitHashKeyEntry,
  frame,
  number,
  partitionKeyEntry,
  recordEntry,
} = require('../oracle/format');
const { readMessage } = require('../oracle/reader');
const { userRecord } = require('../support/arbitraries');
const { vectors } = require('../support/vectors');

const plenty = () => new Effort(2 ** 40);
const damageOf = (data) => dissect(data, plenty()).damage;

const aggregates = fc.array(userRecord, { minLength: 1, maxLength: 5 }).map(aggregateOf);
/** A random aggregate, a random place in it, from `from` to `upTo` bytes before its end, and a random number. */
const places = (from, upTo) =>
  aggregates.chain((data) =>
    fc.tuple(fc.constant(data), fc.integer({ min: from, max: data.length - upTo }), fc.nat(7)),
  );

describe('of a random aggregate, at a random place', () => {
  test('a flipped bit', () => {
    fc.assert(
      fc.property(places(4, 1), ([whole, at, bit]) => {
        const data = Buffer.from(whole);
        data[at] ^= 1 << bit;
        const isInDigest = at >= whole.length - 16;
        expect(damageOf(data)).toMatchObject({ kind: isInDigest ? 'changed checksum' : 'flipped bit', offset: at });
      }),
      { numRuns: 60 },
    );
  });

  test('a flipped bit of the magic number', () => {
    fc.assert(
      fc.property(aggregates, fc.nat(31), (whole, bit) => {
        const data = Buffer.from(whole);
        data[bit >> 3] ^= 1 << (bit & 7);
        expect(wrappingOf(data)).toMatchObject({
          kind: 'changed magic number',
          says: `an aggregate whose magic number was changed at byte ${bit >> 3}`,
          inner: whole,
        });
      }),
    );
  });

  test('a cut', () => {
    fc.assert(
      fc.property(places(4, 1), ([whole, at]) => {
        const { kind, offset, bytes: missing } = damageOf(whole.subarray(0, at));
        expect({ kind, offset }).toEqual({ kind: 'cut off', offset: at });
        expect(missing).toBeGreaterThan(0);
        expect(missing).toBeLessThanOrEqual(whole.length - at);
        // What is shorter than any aggregate says no more than that.
        if (at >= whole.length - 16 && at > 20) expect(missing).toBe(whole.length - at);
      }),
      { numRuns: 60 },
    );
  });

  describe('a cut behind the beginning of an MD5', () => {
    const records = Array.from({ length: 2000 }, (_, i) =>
      aggregateOf([{ partitionKey: 'a', data: Buffer.from(`${i}`.padEnd(60)) }]),
    );
    test.each([
      ['that looks like the beginning of a field', 1, ([tag]) => [0x0a, 0x12, 0x1a].includes(tag)],
      ['that looks like a whole field', 2, ([tag, value]) => tag >= 8 && tag < 128 && tag % 8 === 0 && value < 128],
    ])('%s', (_, kept, looksSo) => {
      const broken = records.filter((whole) => looksSo(whole.subarray(-16)));
      expect(broken.length).toBeGreaterThan(5);
      for (const whole of broken) {
        const missing = 16 - kept;
        expect(damageOf(whole.subarray(0, -missing))).toMatchObject({ kind: 'cut off', bytes: missing });
      }
    });
  });

  const foreign = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((array) => Buffer.from(array));

  test('foreign bytes', () => {
    fc.assert(
      fc.property(places(4, 1), foreign, ([whole, at], others) => {
        const data = Buffer.concat([whole.subarray(0, at), others, whole.subarray(at)]);
        const { kind, offset, bytes: tooMany } = damageOf(data);
        // Where the foreign bytes are like their neighbours, several places explain them, and one may be behind the last
        // byte: each makes the aggregate whole.
        const isBehind = data.subarray(0, whole.length).equals(whole);
        expect({ kind, tooMany }).toEqual({
          kind: isBehind ? 'followed by other bytes' : 'foreign bytes',
          tooMany: others.length,
        });
        expect(Buffer.concat([data.subarray(0, offset), data.subarray(offset + tooMany)])).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });

  test('foreign bytes behind it', () => {
    fc.assert(
      fc.property(aggregates, foreign, (whole, others) => {
        expect(damageOf(Buffer.concat([whole, others]))).toMatchObject({
          kind: 'followed by other bytes',
          offset: whole.length,
          bytes: others.length,
        });
      }),
    );
  });

  test('foreign bytes before it, and in its magic number', () => {
    fc.assert(
      fc.property(aggregates, foreign, fc.nat(3), (whole, others, at) => {
        const data = Buffer.concat([whole.subarray(0, at), others, whole.subarray(at)]);
        if (isMagic(data)) return;
        expect(wrappingOf(data)).toMatchObject({ kind: 'preceded by other bytes', inner: whole });
      }),
    );
  });
});

describe('of a large aggregate, where not everything can be tried', () => {
  const records = Array.from({ length: 300 }, (_, i) => ({
    partitionKey: `device-${i % 7}`,
    data: Buffer.from(`{"reading":${i},"unit":"celsius","note":"${'abcdefgh'.repeat(i % 20)}"}`),
  }));
  const whole = aggregateOf(records);
  const at = 20_000;

  test('it is one', () => expect(whole.length).toBeGreaterThan(30_000));

  test('a cut', () => {
    expect(damageOf(whole.subarray(0, at))).toMatchObject({ kind: 'cut off', offset: at });
  });

  test('a flipped bit that the fields stumble over', () => {
    const data = Buffer.from(whole);
    const start = data.indexOf('{"reading":150,');
    data[start - 1] ^= 1;
    expect(damageOf(data)).toMatchObject({ kind: 'flipped bit', offset: start - 1 });
  });

  test('a flipped bit in data', () => {
    const data = Buffer.from(whole);
    data[data.indexOf('"unit"') + 2] ^= 1;
    const { kind, offset, says } = damageOf(data);
    expect({ kind, offset }).toEqual({ kind: 'changed bytes', offset: undefined });
    expect(says).toContain(`somewhere between bytes 4 and ${data.length - 16}`);
  });

  test('foreign bytes, few and many', () => {
    for (const length of [1, 63, 300]) {
      const others = Buffer.alloc(length, 0xee);
      const data = Buffer.concat([whole.subarray(0, at), others, whole.subarray(at)]);
      expect(damageOf(data)).toMatchObject({ kind: 'foreign bytes', offset: at, bytes: length });
    }
  });

  test('missing bytes, of which only the field is known', () => {
    const data = Buffer.concat([whole.subarray(0, at), whole.subarray(at + 20)]);
    const { kind, offset, bytes: missing } = damageOf(data);
    expect({ kind, missing }).toEqual({ kind: 'missing bytes', missing: 20 });
    expect(offset).toBeLessThanOrEqual(at);
    expect(at - offset).toBeLessThan(250);
  });

  test('what lies behind the damage is read again', () => {
    const data = Buffer.concat([whole.subarray(0, at), whole.subarray(at + 20)]);
    expect(dissect(data, plenty()).userRecords.length).toBeGreaterThanOrEqual(298);
  });

  test('many broken records do not make a run endless', () => {
    const data = Buffer.concat([whole.subarray(0, at), whole.subarray(at + 20)]);
    const milliseconds = (effort) => {
      const before = performance.now();
      dissect(data, effort);
      return performance.now() - before;
    };
    const effort = new Effort(2 ** 20);
    const quickest = Math.min(...Array.from({ length: 10 }, () => milliseconds(effort)));
    expect(quickest).toBeLessThan(milliseconds(plenty()) / 5);
  });
});

describe('what its writer did', () => {
  test('a message that is none', () => {
    const data = frame(partitionKeyEntry('a'), recordEntry(0, null, 'x'), Buffer.from('07', 'hex'));
    expect(dissect(data, plenty())).toMatchObject({
      damage: { kind: 'malformed by its writer', offset: 14 },
      stop: { offset: 14, reason: 'a field of number 0', userRecord: undefined },
      userRecords: [{ offset: 7, partitionKey: 'a', explicitHashKey: null, data: Buffer.from('x') }],
    });
  });

  test('an index that points nowhere', () => {
    const data = frame(partitionKeyEntry('a'), recordEntry(0, null, 'x'), recordEntry(4, null, 'y'));
    expect(dissect(data, plenty())).toMatchObject({
      damage: { kind: 'index nowhere', offset: 14 },
      userRecords: [{ partitionKey: 'a' }, { partitionKey: undefined, explicitHashKey: null }],
    });
    const byHashKey = frame(partitionKeyEntry('a'), explicitHashKeyEntry('9'), recordEntry(0, 1, 'x'));
    expect(damageOf(byHashKey).says).toContain('points to explicit hash key 1, and there are 1');
    expect(dissect(byHashKey, plenty()).userRecords[0].explicitHashKey).toBeUndefined();
  });
});

describe('what was wrapped', () => {
  const whole = aggregateOf([{ partitionKey: 'a', data: 'some text' }]);
  const magic = whole.subarray(0, 4);

  test.each([
    ['base64 twice', Buffer.from(whole.toString('base64')), 'base64 text of an aggregate'],
    ['hex', Buffer.from(whole.toString('hex')), 'hexadecimal text of an aggregate'],
    ['gzip', gzipSync(whole), 'gzip of an aggregate'],
    ['base64 twice', Buffer.from(gzipSync(whole).toString('base64')), 'base64 text of gzip of an aggregate'],
    [
      'read as text',
      Buffer.from(whole.toString('latin1')),
      'an aggregate that was read as Latin-1 and written as UTF-8',
    ],
  ])('%s, before the magic number', (kind, data, says) => {
    expect(wrappingOf(data)).toEqual({ kind, says, inner: whole });
  });

  test('read as text, by which bytes are lost', () => {
    expect(wrappingOf(Buffer.from(whole.toString('utf8')))).toMatchObject({ kind: 'read as text', inner: undefined });
  });

  test.each([
    ['nested', Buffer.concat([magic, whole])],
    ['gzip', Buffer.concat([magic, gzipSync(whole.subarray(4))])],
    ['base64 twice', Buffer.concat([magic, Buffer.from(whole.subarray(4).toString('base64'))])],
  ])('%s, behind the magic number', (kind, data) => {
    expect(damageOf(data)).toMatchObject({ kind, offset: 4 });
  });

  test('what is nothing of it', () => {
    const plain = [
      '',
      'plain text',
      '{"a":1}',
      gzipSync('text'),
      Buffer.from('text').toString('base64'),
      '\u{fffd}\u{fffd}?',
    ];
    for (const data of plain) expect(wrappingOf(Buffer.from(data))).toBeUndefined();
  });
});

test('it reads what the KCL reads, and refuses what it refuses', () => {
  for (const row of vectors('bad')) {
    const data = Buffer.from(row.base64, 'base64');
    if (!isMagic(data) || data.length < 21) continue;
    const { stop } = dissect(data, new Effort(0));
    const isCut = dissect(data, new Effort(0)).damage.kind === 'cut off';
    const { aggregate } = readMessage(data.subarray(4, -16));
    if (!isCut) expect([row.case, stop === undefined]).toEqual([row.case, aggregate !== null]);
  }
});

test('any bytes are looked at without harm', () => {
  const field = fc.oneof(
    fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array)),
    fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.uint8Array({ maxLength: 9 }))
      .map(([tag, content]) => bytes(tag, content)),
    fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(300)).map(([tag, value]) => number(tag, value)),
  );
  fc.assert(
    fc.property(fc.array(field, { maxLength: 6 }), fc.boolean(), (fields, isFramed) => {
      const data = isFramed ? frame(...fields) : Buffer.concat([Buffer.from('f3899ac2', 'hex'), ...fields]);
      expect(dissect(data, plenty()).damage.says.length).toBeGreaterThan(0);
    }),
  );
});
