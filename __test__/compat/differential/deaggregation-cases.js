'use strict';

// A Kinesis record and callbacks, at random; run on functions of the drop-in's names, it gives a trace.

const { MAGIC, bytes, explicitHashKeyEntry, frame, number, partitionKeyEntry } = require('../../oracle/format');
const { Trace } = require('./trace');

const KEYS = ['a', 'pk', '漢字', '__proto__', '5', '3', '', 'x'.repeat(150), Buffer.from([0xff, 0x61])];
const EXPLICIT = ['9', '0', 'abc', '-1', '340282366920938463463374607431768211456'];

/** A case's description. */
function describeDeaggregationCase(random) {
  const payload = describePayload(random);
  return {
    isSync: random.chance(0.4),
    fields: describeFields(random, payload),
    computeChecksums: random.pick([true, true, false, undefined, 1, 'true']),
    throwsAt: random.chance(0.25) ? random.list(1, 4, () => random.between(0, 6)) : [],
  };
}

function describeFields(random, payload) {
  const data = random.pick([
    () => payload.toString('base64'),
    () => payload.toString('base64url'),
    () => `${payload.toString('base64').replace(/(.{60})/g, '$1\n')}`,
    () => payload,
    () => new Uint8Array(payload),
    () => new Uint8Array(payload).buffer,
    () => [...payload],
    () => new DataView(new Uint8Array(payload).buffer),
    () => random.pick([undefined, null, 7, {}, 'not base64 at all!', '']),
  ])();
  const fields = random.chance(0.5)
    ? { partitionKey: 'outer', sequenceNumber: '123', explicitPartitionKey: random.pick([undefined, '9']), data }
    : { PartitionKey: 'outer', SequenceNumber: '123', ApproximateArrivalTimestamp: 5, Data: data };
  if (random.chance(0.05)) delete fields[random.pick(Object.keys(fields))];
  if (random.chance(0.03)) fields[random.pick(['data', 'Data', 'PartitionKey'])] = 'SGVsbG8=';
  return fields;
}

function describePayload(random) {
  switch (random.between(0, 19)) {
    case 0:
      return random.bytes(random.between(0, 60));
    case 1:
      return Buffer.concat([MAGIC, random.bytes(random.between(0, 60))]);
    case 2:
      return Buffer.concat([MAGIC, Buffer.from('some text that only begins with it'.slice(random.between(0, 34)))]);
    case 3:
    case 4:
    case 5:
    case 6:
      return damaged(random, frame(...message(random)));
    case 7:
      return frame(random.bytes(random.between(0, 30)));
    default:
      return frame(...message(random));
  }
}

function message(random) {
  const partitionKeys = random.list(1, 4, () => random.pick(KEYS));
  const explicitHashKeys = random.chance(0.6) ? [] : random.list(1, 3, () => random.pick(EXPLICIT));
  const always = random.chance(0.6);
  const records = random.list(0, 8, () => {
    const index = random.chance(0.02) ? random.between(0, 2 ** 40) : random.between(0, partitionKeys.length - 1);
    const hasExplicit = explicitHashKeys.length > 0 && (always || random.chance(0.5));
    const explicit = random.chance(0.02) ? explicitHashKeys.length : random.between(0, explicitHashKeys.length - 1);
    const length = random.chance(0.05) ? random.between(0, 3000) : random.between(0, 40);
    const fields = [number(1, index), ...(hasExplicit ? [number(2, explicit)] : []), bytes(3, random.bytes(length))];
    if (random.chance(0.03)) fields.push(bytes(4, random.pick([bytes(1, 'tag'), bytes(2, 'no key'), Buffer.alloc(0)])));
    if (random.chance(0.02)) fields.splice(random.between(0, fields.length - 1), 1);
    if (random.chance(0.05)) fields.reverse();
    return bytes(3, Buffer.concat(fields));
  });
  const pieces = [...partitionKeys.map(partitionKeyEntry), ...explicitHashKeys.map(explicitHashKeyEntry), ...records];
  if (random.chance(0.05)) pieces.push(random.pick([number(9, 1), bytes(7, 'unknown'), number(1, 5), number(3, 0)]));
  return random.chance(0.1) ? pieces.reverse() : pieces;
}

function damaged(random, data) {
  const copy = Buffer.from(data);
  switch (random.between(0, 3)) {
    case 0:
      copy[random.between(4, copy.length - 1)] ^= 1 << random.between(0, 7);
      return copy;
    case 1:
      return copy.subarray(0, random.between(4, copy.length));
    case 2:
      return Buffer.concat([copy, random.bytes(random.between(1, 20))]);
    default:
      copy[copy.length - 1] ^= 1;
      return copy;
  }
}

/** What is seen: the calls, in order, and what was thrown. */
function runDeaggregationCase({ deaggregate, deaggregateSync }, { isSync, fields, computeChecksums, throwsAt }) {
  const trace = new Trace(throwsAt);
  const before = JSON.stringify(fields);
  trace.attempt('call', () =>
    isSync
      ? deaggregateSync(fields, computeChecksums, trace.callback('afterRecord'))
      : deaggregate(fields, computeChecksums, trace.callback('perRecord'), trace.callback('afterRecord')),
  );
  if (JSON.stringify(fields) !== before) trace.note('the input was changed');
  return trace.take();
}

module.exports = { describeDeaggregationCase, runDeaggregationCase };
