'use strict';

// Everything that is wrong with a call shows before the first handler runs.

const { KplError } = require('../..');
const { createHandler, processEvent } = require('kinesis-agg/lambda');
const { lambdaEvent } = require('kinesis-agg/testing');

const event = lambdaEvent([{ partitionKey: 'a', data: 'x' }]);
const [record] = event.Records;
const without = (name) => ({ ...record, kinesis: { ...record.kinesis, [name]: undefined } });
const withField = (name, value) => ({ ...record, kinesis: { ...record.kinesis, [name]: value } });

describe('an event of another service, or none', () => {
  const window = { start: '2020-12-09T07:04:00Z', end: '2020-12-09T07:06:00Z' };
  test.each([
    ['SQS', { Records: [{ messageId: '1', body: '{}', eventSource: 'aws:sqs' }] }, 'Amazon SQS'],
    ['SNS', { Records: [{ EventSource: 'aws:sns', Sns: { Message: '' } }] }, 'Amazon SNS'],
    ['DynamoDB', { Records: [{ eventID: '1', eventSource: 'aws:dynamodb', dynamodb: {} }] }, 'DynamoDB Streams'],
    ['DynamoDB by Pipes', [{ eventID: '1', eventSource: 'aws:dynamodb', dynamodb: {} }], 'DynamoDB Streams'],
    ['S3', { Records: [{ eventSource: 'aws:s3', s3: {} }] }, 'Amazon S3'],
    ['MSK', { eventSource: 'aws:kafka', records: { 'topic-0': [] } }, 'Amazon MSK'],
    ['another one', { Records: [{ eventSource: 'aws:new' }] }, 'another event source'],
    ['Firehose', { deliveryStreamArn: 'arn', records: [{ recordId: '1', data: 'eA==' }] }, 'examples/firehose'],
    ['EventBridge', { 'detail-type': 'x', detail: {} }, 'EventBridge'],
    ['CloudWatch Logs', { awslogs: { data: '' } }, 'CloudWatch Logs'],
    ['an HTTP request', { requestContext: {}, body: '' }, 'HTTP'],
    ['GetRecords', { Records: [{ Data: Buffer.from('x'), SequenceNumber: '1' }] }, 'deaggregate'],
    ['a tumbling window', { ...event, window, state: {} }, 'examples/lambda-window.ts'],
    ['one record', record, 'whole event'],
    ['text', JSON.stringify(event), 'JSON.parse'],
    ['nothing', undefined, 'no Records'],
    ['null', null, 'no Records'],
    ['an empty object', {}, 'no Records'],
    ['Records that are none', { Records: {} }, 'no Records'],
    ['a record that is null', { Records: [record, null] }, 'not one of a Kinesis event'],
    ['a record without data', { Records: [record, without('data')] }, 'kinesis.data'],
    ['data that a parser has read', { Records: [withField('data', { id: 1 })] }, 'deaggregate first'],
    ['a payload alone', [record.kinesis], 'eventID'],
    ['no sequence number', { Records: [without('sequenceNumber')] }, 'sequenceNumber'],
    ['a number for it', { Records: [withField('sequenceNumber', 1)] }, 'sequenceNumber'],
    ['a text for it', { Records: [withField('sequenceNumber', 'first')] }, 'sequenceNumber'],
    ['an empty one', { Records: [withField('sequenceNumber', '')] }, 'sequenceNumber'],
    ['leading zeros', { Records: [withField('sequenceNumber', '01')] }, 'sequenceNumber'],
  ])('%s', async (_, given, hint) => {
    const handler = jest.fn();
    const error = await processEvent(given, handler).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(KplError);
    expect(error).toMatchObject({ code: 'ERR_KPL_KINESIS_RECORD', message: expect.stringContaining(hint) });
    await expect(createHandler(handler)(given)).rejects.toMatchObject({ code: 'ERR_KPL_KINESIS_RECORD' });
    expect(handler).not.toHaveBeenCalled();
  });

  test('is found in the last record, too, with its position', async () => {
    const handler = jest.fn();
    const Records = [record, record, without('sequenceNumber')];
    await expect(processEvent({ Records }, handler)).rejects.toMatchObject({ recordIndex: 2 });
    expect(handler).not.toHaveBeenCalled();
  });

  test('never shows its payload', async () => {
    const secret = withField('sequenceNumber', 'a secret');
    await expect(processEvent({ Records: [secret] }, () => {})).rejects.toMatchObject({
      message: expect.not.stringContaining('secret'),
    });
  });
});

describe('options', () => {
  const context = (getRemainingTimeInMillis) => ({ context: { getRemainingTimeInMillis } });
  test.each([
    [null],
    ['fast'],
    [{ concurrency: 0 }],
    [{ concurrency: 1001 }],
    [{ concurrency: 1.5 }],
    [{ concurrency: '4' }],
    [{ concurrency: Number.NaN }],
    [{ stopBeforeMs: -1 }],
    [{ stopBeforeMs: Infinity }],
    [{ stopBeforeMs: '1000' }],
    [{ onError: 'drop' }],
    [{ progress: new Map() }],
    [{ progress: { load: () => 0 } }],
    [{ progress: null }],
    [{ verifyChecksum: 1 }],
    [{ strict: 'yes' }],
    [{ paralel: 4 }],
  ])('%j is refused', async (options) => {
    const handler = jest.fn();
    const error = await processEvent(event, handler, options).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(KplError);
    expect(error.code).toBe('ERR_KPL_OPTION');
    expect(() => createHandler(handler, options)).toThrow(KplError);
    expect(handler).not.toHaveBeenCalled();
  });

  test.each([[{ context: {} }], [{ context: null }], [context(() => undefined)], [context(() => Number.NaN)]])(
    'context %j is refused',
    async (options) => {
      await expect(processEvent(event, () => {}, options)).rejects.toMatchObject({ code: 'ERR_KPL_OPTION' });
    },
  );

  test.each([[undefined], [null], [{}], ['handler']])('a handler that is %p is refused', async (handler) => {
    await expect(processEvent(event, handler)).rejects.toMatchObject({ code: 'ERR_KPL_OPTION' });
    expect(() => createHandler(handler)).toThrow(expect.objectContaining({ code: 'ERR_KPL_OPTION' }));
  });

  test('undefined is the default', async () => {
    const options = { concurrency: undefined, context: undefined, stopBeforeMs: undefined, onError: undefined };
    const rest = { progress: undefined, verifyChecksum: undefined, strict: undefined };
    expect((await processEvent(event, () => {}, { ...options, ...rest })).handled).toBe(1);
    expect(await createHandler(() => {}, { ...options, ...rest })(event)).toEqual({ batchItemFailures: [] });
  });
});
