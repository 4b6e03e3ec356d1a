'use strict';

// What PutRecords was given, as the five kinds of reader deliver it.

const SEQUENCE_NUMBER = '49590338271490256608559692538361571095921575989136588898';

function sdkRecord({ Data, PartitionKey }, SequenceNumber = SEQUENCE_NUMBER) {
  return {
    SequenceNumber,
    ApproximateArrivalTimestamp: new Date(1545084650987),
    Data,
    PartitionKey,
    EncryptionType: 'NONE',
  };
}

function lambdaPayload({ Data, PartitionKey }, sequenceNumber = SEQUENCE_NUMBER) {
  return {
    kinesisSchemaVersion: '1.0',
    partitionKey: PartitionKey,
    sequenceNumber,
    data: Data.toString('base64'),
    approximateArrivalTimestamp: 1545084650.987,
  };
}

function lambdaRecord(entry, sequenceNumber = SEQUENCE_NUMBER) {
  return {
    kinesis: lambdaPayload(entry, sequenceNumber),
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000006:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/lambda-role',
    awsRegion: 'us-east-2',
    eventSourceARN: 'arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream',
  };
}

function firehoseRecord({ Data, PartitionKey }, sequenceNumber = SEQUENCE_NUMBER) {
  return {
    recordId: '49546986683135544286507457936321625675700192471156785154',
    approximateArrivalTimestamp: 1495072949453,
    data: Data.toString('base64'),
    kinesisRecordMetadata: {
      sequenceNumber,
      subsequenceNumber: '',
      partitionKey: PartitionKey,
      shardId: 'shardId-000000000000',
      approximateArrivalTimestamp: 1495072949453,
    },
  };
}

function directPutRecord({ Data }) {
  return {
    recordId: '49546986683135544286507457936321625675700192471156785154',
    approximateArrivalTimestamp: 1495072949453,
    data: Data.toString('base64'),
  };
}

function analyticsRecord({ Data, PartitionKey }, sequenceNumber = SEQUENCE_NUMBER) {
  return {
    recordId: '49572672223665514422805246926656954630972486059535892482',
    data: Data.toString('base64'),
    kinesisStreamRecordMetadata: {
      sequenceNumber,
      partitionKey: PartitionKey,
      shardId: 'shardId-000000000003',
      approximateArrivalTimestamp: 1520280173,
    },
  };
}

/** Every shape by name; each takes an entry of PutRecords and a sequence number. */
const SHAPES = {
  'SDK record': sdkRecord,
  'Lambda record': lambdaRecord,
  "Lambda record's kinesis part": lambdaPayload,
  'Firehose record': firehoseRecord,
  'Analytics record': analyticsRecord,
};

module.exports = {
  SEQUENCE_NUMBER,
  SHAPES,
  analyticsRecord,
  directPutRecord,
  firehoseRecord,
  lambdaPayload,
  lambdaRecord,
  sdkRecord,
};
