import { createServer } from 'node:http';

/**
 * Answers each request when its record is stored. While Kinesis takes less than comes in, `put` waits for room, so the
 * callers wait, too; when even waiting is full, they are told to come again.
 */
export function ingestServer(producer) {
  return createServer(async (request, response) => {
    const data = await body(request);
    try {
      const { shardId, sequenceNumber } = await producer.put({ partitionKey: request.url, data });
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ shardId, sequenceNumber }));
    } catch ({ code }) {
      const comesAgain = code === 'ERR_KPL_BUFFER_FULL' || code === 'ERR_KPL_EXPIRED' || code === 'ERR_KPL_CLOSED';
      response.writeHead(comesAgain ? 503 : 400, { 'retry-after': '1' }).end(code);
    }
  });
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
