'use strict';

// User records of one aggregate are views of one payload. Who transfers one of them to a worker must not empty the others:
// Node refuses the memory (Node 20 sends a copy instead). Memory of its own, and the caller's own, can be transferred.

const { execFileSync } = require('node:child_process');
const { MessageChannel } = require('node:worker_threads');
const { aggregate, decode, deaggregate, deaggregateAsync, iterDeaggregate } = require('../..');
const { lambdaRecord, sdkRecord } = require('../support/kinesis-records');

const [entry] = aggregate(['one', 'two', 'three'].map((data) => ({ partitionKey: 'a', data })));
const readers = {
  deaggregate,
  deaggregateAsync,
  iterDeaggregate: (record, options) => [...iterDeaggregate(record, options)],
  'decode, data(i)': (record, options) => {
    const batch = decode(record, options);
    return Array.from({ length: batch.length }, (_, i) => ({ data: batch.data(i) }));
  },
};

/** Transfers the memory of a view; whether its bytes are gone from here. */
function transferred({ data }) {
  const { port1, port2 } = new MessageChannel();
  try {
    port1.postMessage(data, [data.buffer]);
  } catch (error) {
    expect(error.name).toBe('DataCloneError');
  } finally {
    port1.close();
    port2.close();
  }
  return data.length === 0;
}

describe.each(Object.entries(readers))('%s', (_, read) => {
  test('a user record that is transferred leaves the others whole', async () => {
    const records = await read(lambdaRecord(entry));
    expect(transferred(records[0])).toBe(false);
    expect(records.map(({ data }) => data.toString())).toEqual(['one', 'two', 'three']);
  });

  test('with copy: true each can be transferred', async () => {
    const records = await read(lambdaRecord(entry), { copy: true });
    expect(transferred(records[0])).toBe(true);
    expect(records.slice(1).map(({ data }) => data.toString())).toEqual(['two', 'three']);
  });
});

test('the memory that a caller owns stays the caller’s to transfer', () => {
  const [Data] = [new Uint8Array(entry.Data)];
  deaggregate(sdkRecord({ ...entry, Data }));
  expect(transferred({ data: Data })).toBe(true);
});

test('the module that can forbid a transfer is loaded where views are handed out, not for base64', () => {
  const loads = (read) => {
    const program = `
      const kinesisAgg = require(${JSON.stringify(require.resolve('../..'))});
      kinesisAgg.${read}(${JSON.stringify(lambdaRecord(entry))});
      console.log(process.moduleLoadList.includes('NativeModule worker_threads'));
    `;
    return JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }));
  };
  expect(loads('deaggregate')).toBe(true);
  expect(loads('deaggregateRecords')).toBe(false);
});
