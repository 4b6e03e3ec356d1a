'use strict';

// The table of failures: what may be stored, what is tried again, and after how long.

const { isThrottlingError, isTransientError } = require('@smithy/core/retry');
const {
  delayOf,
  failureOfEntry,
  failureOfRequest,
  nameOf,
  requestIdOf,
  sdkAttemptsOf,
} = require('../../lib/producer/outcome');
const { sdkError, systemError } = require('../support/producer/fake-kinesis');

const judged = ({ outcome, action, isThrottle, backoff }) => [
  outcome,
  action,
  isThrottle,
  backoff.baseMs,
  backoff.capMs,
];
const RETRY_SERVICE = ['unknown', 'retry', false, 50, 5000];
const RETRY_THROTTLED = ['refused', 'retry', true, 250, 5000];
const RETRY_LATER = ['refused', 'retry', false, 1000, 5000];
const RETRY_CONNECTION = ['refused', 'retry', false, 100, 5000];
const HALVE = ['refused', 'halve', false];
const FAIL = ['refused', 'fail', false];

test.each([
  ['ProvisionedThroughputExceededException', ['refused', 'retry', true, 100, 2000]],
  ['InternalFailure', RETRY_SERVICE],
  ['ServiceUnavailable', RETRY_SERVICE],
  [undefined, RETRY_SERVICE],
  ['KMSDisabledException', FAIL],
  ['SomethingNew', FAIL],
])('an entry with ErrorCode %s', (code, expected) => {
  expect(judged(failureOfEntry(code)).slice(0, expected.length)).toEqual(expected);
});

test.each([
  ['ProvisionedThroughputExceededException', 400, RETRY_THROTTLED],
  ['LimitExceededException', 400, RETRY_THROTTLED],
  ['KMSThrottlingException', 400, RETRY_THROTTLED],
  ['ThrottlingException', 400, RETRY_THROTTLED],
  ['SlowDown', 503, RETRY_THROTTLED],
  ['Unknown', 429, RETRY_THROTTLED],
  ['InternalFailureException', 500, RETRY_SERVICE],
  ['ServiceUnavailable', 503, RETRY_SERVICE],
  ['Unknown', 502, RETRY_SERVICE],
  ['Unknown', 408, RETRY_SERVICE],
  ['RequestTimeoutException', 400, RETRY_SERVICE],
  ['SyntaxError', 200, RETRY_SERVICE],
  ['ExpiredTokenException', 400, RETRY_LATER],
  ['RequestExpired', 400, RETRY_LATER],
  ['RequestTimeTooSkewed', 403, RETRY_LATER],
  ['ResourceInUseException', 400, RETRY_LATER],
  ['ValidationException', 400, HALVE],
  ['InvalidArgumentException', 400, HALVE],
  ['SerializationException', 400, HALVE],
  ['Unknown', 413, HALVE],
  ['ResourceNotFoundException', 400, FAIL],
  ['AccessDeniedException', 400, FAIL],
  ['UnrecognizedClientException', 400, FAIL],
  ['InvalidSignatureException', 403, FAIL],
  ['KMSAccessDeniedException', 400, FAIL],
  ['Unknown', 404, FAIL],
])('a request with %s and status %i', (name, status, expected) => {
  expect(judged(failureOfRequest(sdkError(name, status))).slice(0, expected.length)).toEqual(expected);
});

test.each([
  [systemError('ECONNREFUSED', 'connect'), RETRY_CONNECTION],
  [systemError('ENOTFOUND', 'getaddrinfo'), RETRY_CONNECTION],
  [systemError('EAI_AGAIN', 'getaddrinfo'), RETRY_CONNECTION],
  [systemError('EHOSTUNREACH', 'connect'), RETRY_CONNECTION],
  [systemError('EHOSTUNREACH', 'read'), RETRY_SERVICE],
  [systemError('ECONNRESET', 'read'), RETRY_SERVICE],
  [Object.assign(new AggregateError([]), { code: 'ECONNRESET', syscall: 'read' }), RETRY_SERVICE],
  [systemError('EPIPE', 'write'), RETRY_SERVICE],
  [systemError('ETIMEDOUT', 'connect'), RETRY_SERVICE],
  [Object.assign(new Error('gone away'), { code: 'ERR_HTTP2_GOAWAY_SESSION' }), RETRY_SERVICE],
  [Object.assign(new Error('refused'), { code: 'ERR_HTTP2_STREAM_ERROR' }), RETRY_SERVICE],
  [Object.assign(new Error('aborted'), { name: 'AbortError' }), RETRY_SERVICE],
  [Object.assign(new Error('none'), { name: 'CredentialsProviderError' }), RETRY_LATER],
  [Object.assign(new Error('none'), { name: 'TokenProviderError' }), RETRY_LATER],
  [sdkError('InvalidSignatureException', 403, { message: 'Signature expired: 20261125' }), RETRY_LATER],
  ['a string', RETRY_SERVICE],
  [undefined, RETRY_SERVICE],
  [null, RETRY_SERVICE],
])('no answer: %s', (error, expected) => {
  expect(judged(failureOfRequest(error))).toEqual(expected);
});

test('what the SDK takes for a throttle is one, and what it would try again is tried again', () => {
  const names = [
    'BandwidthLimitExceeded',
    'EC2ThrottledException',
    'LimitExceededException',
    'PriorRequestNotComplete',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'SlowDown',
    'ThrottledException',
    'Throttling',
    'ThrottlingException',
    'TooManyRequestsException',
    'TransactionInProgressException',
  ];
  for (const name of names) {
    const error = sdkError(name, 400);
    expect(isThrottlingError(error)).toBe(true);
    expect(failureOfRequest(error)).toMatchObject({ isThrottle: true, action: 'retry' });
  }
  const others = [
    'AccessDeniedException',
    'ValidationException',
    'RequestTimeout',
    'RequestTimeoutException',
    'TimeoutError',
  ];
  const errors = [
    ...others.map((name) => sdkError(name, 400)),
    ...[500, 502, 503, 504].map((status) => sdkError('X', status)),
  ];
  for (const code of [
    'ECONNRESET',
    'ECONNREFUSED',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
  ]) {
    errors.push(systemError(code, 'connect'));
  }
  for (const error of errors) {
    expect(failureOfRequest(error).isThrottle).toBe(isThrottlingError(error));
    if (isTransientError(error)) expect(failureOfRequest(error).action).toBe('retry');
  }
});

test('a delay doubles up to its cap, and half of it is certain', () => {
  const backoff = { kind: 'any', baseMs: 100, capMs: 2000 };
  expect([1, 2, 3, 5, 6, 60].map((tries) => delayOf(backoff, tries, 0))).toEqual([50, 100, 200, 800, 1000, 1000]);
  expect(delayOf(backoff, 3, 0.5)).toBe(300);
});

test.each([
  [
    'by its code, if the system says it',
    systemError('ECONNREFUSED', 'connect'),
    'ECONNREFUSED',
    'connect ECONNREFUSED',
  ],
  ['also on a connection', systemError('ECONNRESET', 'read'), 'ECONNRESET', 'read ECONNRESET'],
  ['else by its name', new SyntaxError('cut'), 'SyntaxError', 'cut'],
  ['by its name, if Kinesis says it', sdkError('SlowDown', 503), 'SlowDown', 'SlowDown, said the script'],
  ['if it has no name', Object.assign(new Error('odd'), { name: '' }), 'Error', 'odd'],
  ['if it is none', 7, 'Error', undefined],
])('a failure is told %s', (_, error, code, message) => {
  expect(failureOfRequest(error)).toMatchObject({ code, ...(message === undefined ? {} : { message }) });
  expect('message' in failureOfRequest(error)).toBe(message !== undefined);
});

test('a failure of an entry is told with what Kinesis says', () => {
  expect(failureOfEntry('InternalFailure', 'sorry')).toMatchObject({ code: 'InternalFailure', message: 'sorry' });
  expect(failureOfEntry(undefined, undefined)).not.toHaveProperty('message');
});

test('of what the SDK did, only what makes sense is told', () => {
  const $metadata = { attempts: 3, requestId: 'id' };
  expect([sdkAttemptsOf({ $metadata }), requestIdOf({ $metadata })]).toEqual([3, 'id']);
  for (const odd of [undefined, null, 7, {}, { $metadata: null }, { $metadata: { attempts: 0, requestId: 7 } }]) {
    expect([sdkAttemptsOf(odd), requestIdOf(odd), nameOf(odd)]).toEqual([1, undefined, 'Error']);
  }
});
