import { Kinesis } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { KinesisProducer } from 'kinesis-agg/producer';

/** A producer for a stream. Make one for each stream, once, and share it. */
export function openProducer(streamName, clientConfig) {
  const client = new Kinesis({ requestHandler: new NodeHttpHandler(), maxAttempts: 1, ...clientConfig });
  return new KinesisProducer({ client, streamName });
}

/** Sends user records, `{ partitionKey, data }`. It resolves when all are stored, and rejects if one is not. */
export async function send(producer, userRecords) {
  const { userRecords: stored } = await producer.putAll(userRecords);
  return stored;
}
