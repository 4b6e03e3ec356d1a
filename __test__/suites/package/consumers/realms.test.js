const { aggregate, deaggregate, KplError } = require('kinesis-agg');

const records = [{ partitionKey: 'a', data: Buffer.from('x') }];

test('plain objects, equal in this realm', () => {
  const [record] = deaggregate(aggregate(records).map((entry) => ({ ...entry, SequenceNumber: '7' })));
  expect(record).toEqual(expect.objectContaining({ partitionKey: 'a', data: Buffer.from('x'), sequenceNumber: '7' }));
});

test('errors of this realm', () => {
  expect(() => aggregate([{ partitionKey: '', data: 'x' }])).toThrow(Error);
  expect(() => aggregate([{ partitionKey: '', data: 'x' }])).toThrow(KplError);
});

test('loads again after resetModules', () => {
  jest.resetModules();
  const again = require('kinesis-agg');
  expect(again.KplError).not.toBe(KplError);
  expect(again.aggregate(records)).toEqual(aggregate(records));
});
