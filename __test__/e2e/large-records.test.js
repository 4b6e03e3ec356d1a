'use strict';

const { PutRecordsCommand, UpdateMaxRecordSizeCommand } = require('@aws-sdk/client-kinesis');
const { randomBytes } = require('node:crypto');
const { aggregate, deaggregate } = require('../..');
const { arnOf, givenKinesis, putAll, readAll } = require('../support/kinesis');

const kinesis = givenKinesis();

const MIB = 1024 * 1024;

test('an aggregate of exactly 1 MiB is taken; more is refused by the endpoint', async () => {
  const stream = await kinesis.stream(1);
  const [sample] = aggregate([{ partitionKey: 'key', data: Buffer.alloc(MIB - 1000) }]);
  const room = MIB - sample.Data.length - Buffer.byteLength(sample.PartitionKey);
  const data = randomBytes(MIB - 1000 + room);
  const entries = aggregate([{ partitionKey: 'key', data }]);
  expect(entries[0].Data.length + entries[0].PartitionKey.length).toBe(MIB);
  await putAll(stream, entries);
  const [records] = (await readAll(stream)).values();
  expect(deaggregate(records)[0].data.equals(data)).toBe(true);

  // This endpoint does not count the partition key.
  const Records = [{ PartitionKey: 'key', Data: Buffer.alloc(MIB + 1) }];
  const answer = await kinesis.client.send(new PutRecordsCommand({ StreamName: stream.name, Records }));
  expect(answer.FailedRecordCount).toBe(1);
}, 60_000);

// The endpoint alone takes some seconds for each MiB of one record.
test('after UpdateMaxRecordSize and with maxRecordBytes, a user record of 9 MiB goes there and back', async () => {
  const stream = await kinesis.stream(1);
  await kinesis.client.send(
    new UpdateMaxRecordSizeCommand({ StreamARN: await arnOf(stream), MaxRecordSizeInKiB: 10 * 1024 }),
  );
  const data = randomBytes(9 * MIB);
  const before = { partitionKey: 'small', data: 'before' };
  const after = { partitionKey: 'small', data: 'after' };
  const entries = aggregate([before, { partitionKey: 'large', data }, after], { maxRecordBytes: 10 * MIB });
  expect(entries.map(({ userRecordCount }) => userRecordCount)).toEqual([1, 1, 1]);
  await putAll(stream, entries);
  const [records] = (await readAll(stream)).values();
  const userRecords = deaggregate(records);
  expect(userRecords.map(({ partitionKey }) => partitionKey)).toEqual(['small', 'large', 'small']);
  expect(userRecords[1].data.equals(data)).toBe(true);
}, 240_000);
