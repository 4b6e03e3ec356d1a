'use strict';

// Fault test 21 of the contract: what only HTTP/2 can do to a request, with the SDK's own handler for it.

const { NodeHttp2Handler } = require('@smithy/node-http-handler');
const { expectInvariants, givenProducers, putMany } = require('../support/producer/over-http');

jest.setTimeout(60_000);

// As the contract advises: many requests on one connection.
const requestHandler = () => new NodeHttp2Handler({ disableConcurrentStreams: false, maxConcurrentStreams: 8 });
const http = givenProducers({ http2: true, requestHandler });

test.each([
  ['refuses streams', { before: 'refuse' }, 1],
  ['goes away before storing', { before: 'go away' }, 1],
  ['goes away after storing', { answers: 'go away' }, 2],
])('21: a server that %s', async (_, fault, mostCopies) => {
  const it = await http.producer({ routing: { lanes: 8 }, ordered: true, requestTimeoutMs: 5000 });
  let faults = 0;
  http.faults.script = ({ number }) => {
    if (number % 2 === 0 || number > 8) return undefined;
    faults++;
    return fault;
  };
  const books = await putMany(it.producer, 1000, { paceMs: 20 });
  const times = await expectInvariants(it, books);
  expect(faults).toBeGreaterThan(1);
  expect(Math.min(...times)).toBe(1);
  const retried = books.filter(({ result }) => result.attempts.length > 1);
  expect(retried.length).toBeGreaterThan(0);
  // A lost connection says nothing of what was stored; it takes other requests along, which may have been.
  for (const { result } of retried) expect(result.mayBeDuplicated).toBe(true);
  if (fault.before === 'refuse') expect(Math.max(...times)).toBe(mostCopies);
});
