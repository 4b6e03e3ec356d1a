'use strict';

// A Lambda function on a Kinesis stream: user records in, whether their producer aggregated them or not.

const { deaggregate } = require('kinesis-agg');

exports.handler = async (event) => {
  let bytes = 0;
  const userRecords = deaggregate(event.Records);
  for (const { data } of userRecords) bytes += data.length;
  return { userRecords: userRecords.length, bytes };
};
