'use strict';

// What `deaggregate` and `deaggregateSync` of aws-kinesis-agg 4.2.8 would do if their defects were repaired. Where the
// older package does otherwise, that is noted in `deltas`, by which defect.

const { MAGIC } = require('../format');
const { md5 } = require('../hash-key');
const { javaText } = require('../kcl');
const { readMessage } = require('../reader');

/** The model of both functions; `deltas` collects what it notes. */
function modelDeaggregation(deltas) {
  function deaggregateSync(kinesisRecord, computeChecksums, afterRecordCallback) {
    const { userRecords, error } = read(kinesisRecord, computeChecksums, deltas);
    noteThrows(deltas, () => afterRecordCallback(error, userRecords), userRecords.isAggregate || error !== undefined);
  }

  function deaggregate(kinesisRecord, computeChecksums, perRecordCallback, afterRecordCallback) {
    const { userRecords, error, failed } = read(kinesisRecord, computeChecksums, deltas);
    const isInside = userRecords.isAggregate || error !== undefined;
    for (const [i, userRecord] of userRecords.entries()) {
      try {
        perRecordCallback(null, userRecord);
      } catch (thrown) {
        if (!userRecords.isAggregate) throw thrown;
        noteThrows(deltas, () => afterRecordCallback(thrown, failed(i)), isInside);
      }
    }
    noteThrows(deltas, () => (error ? afterRecordCallback(error) : afterRecordCallback()), isInside);
  }

  return { deaggregate, deaggregateSync };
}

function noteThrows(deltas, call, isInside) {
  try {
    call();
  } catch (thrown) {
    if (isInside) deltas.add('9: a callback that throws');
    throw thrown;
  }
}

function read(kinesisRecord, computeChecksums, deltas) {
  const isPascalCase = typeof kinesisRecord.Data !== 'undefined';
  const respelled = (record, change) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [change(name.charAt(0)) + name.slice(1), value]));
  const record = isPascalCase ? respelled(kinesisRecord, (letter) => letter.toLowerCase()) : kinesisRecord;
  const spelled = (fields) => (isPascalCase ? respelled(fields, (letter) => letter.toUpperCase()) : fields);

  const { partitionKey, explicitPartitionKey, sequenceNumber, data } = record;
  const bytes = bytesOf(data, deltas);
  const asItIs = [spelled({ partitionKey, explicitPartitionKey, sequenceNumber, data })];
  if (!bytes.subarray(0, 4).equals(MAGIC)) return { userRecords: asItIs };

  const message = bytes.subarray(4, -16);
  const isIntact = md5(message).equals(bytes.subarray(-16));
  const { aggregate, isOdd } = readMessage(message);
  if (bytes.length <= 20 || aggregate === null || (aggregate.records.length === 0 && !isIntact)) {
    deltas.add('13: the magic number, and no aggregate');
    return { userRecords: asItIs };
  }
  if (isOdd) deltas.add('13: messages that protobufjs reads otherwise');
  const { records } = aggregate;
  const [partitionKeys, explicitHashKeys] = [aggregate.partitionKeys, aggregate.explicitHashKeys].map((keys) =>
    keys.map(javaText),
  );
  if ([...aggregate.partitionKeys, ...aggregate.explicitHashKeys].some((key) => javaText(key) !== String(key))) {
    deltas.add('13: messages that protobufjs reads otherwise');
  }
  if (computeChecksums === true && !isIntact) return { userRecords: [], error: new Error('Invalid record checksum') };

  const isOutside = (index, table) => index !== undefined && index >= BigInt(table.length);
  const wrong = records.findIndex(
    (record) =>
      isOutside(record.partitionKeyIndex, partitionKeys) || isOutside(record.explicitHashKeyIndex, explicitHashKeys),
  );
  if (wrong >= 0) {
    deltas.add('14: an index that points nowhere');
    const message = `user record ${wrong} of the aggregate points past the end of a key table`;
    return { userRecords: asItIs, error: Object.assign(new Error(message), { name: 'KplError' }) };
  }

  const inherits = (record) => record.explicitHashKeyIndex === undefined && explicitHashKeys.length > 0;
  if (records.some(inherits)) deltas.add('2: no explicit hash key beside one');
  const result = records.map((record, subSequenceNumber) =>
    spelled({
      partitionKey: partitionKeys[record.partitionKeyIndex],
      explicitPartitionKey: explicitHashKeys[record.explicitHashKeyIndex],
      sequenceNumber,
      subSequenceNumber,
      data: record.data.toString('base64'),
    }),
  );
  return {
    userRecords: Object.assign(result, { isAggregate: true }),
    failed: (subSequenceNumber) =>
      spelled({ partitionKey, explicitPartitionKey, sequenceNumber, subSequenceNumber, data }),
  };
}

function bytesOf(data, deltas) {
  const isOtherView = ArrayBuffer.isView(data) && data.BYTES_PER_ELEMENT !== 1;
  if (!isOtherView) return Buffer.from(data, 'base64');
  deltas.add('11: data of other views');
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

module.exports = { modelDeaggregation };
