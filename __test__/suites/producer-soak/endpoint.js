'use strict';

// A Kinesis endpoint on loopback that stores nothing, answers PutRecords, and fails in every way now and then. It ends with
// its parent.

const http = require('node:http');
const { Random } = require('../../support/random');

const random = new Random(1);
const isOneIn = (count) => random.int(count) === 0;
let stored = 0;

const server = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const operation = String(request.headers['x-amz-target']).split('.').at(-1);
  if (operation === 'DescribeStreamSummary') {
    return send(response, 200, { StreamDescriptionSummary: { RecordDistributionStrategy: 'USER_PARTITION_KEY' } });
  }
  if (isOneIn(400)) return undefined; // no answer
  if (isOneIn(400)) return request.socket.resetAndDestroy();
  if (isOneIn(200)) return send(response, 503, { __type: 'ServiceUnavailable' });
  if (isOneIn(200)) return send(response, 400, { __type: 'ExpiredTokenException' });
  const { Records } = JSON.parse(Buffer.concat(chunks));
  const answers = Records.map(() => {
    if (isOneIn(20)) return { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'so' };
    if (isOneIn(100)) return { ErrorCode: 'InternalFailure', ErrorMessage: 'so' };
    if (isOneIn(5000)) return { ErrorCode: 'KMSDisabledException', ErrorMessage: 'so' };
    return { SequenceNumber: String(++stored), ShardId: `shardId-${String(random.int(8)).padStart(12, '0')}` };
  });
  await new Promise((resolve) => setTimeout(resolve, random.int(20)));
  return send(response, 200, { FailedRecordCount: 0, Records: answers });
});

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${server.address().port}`));
