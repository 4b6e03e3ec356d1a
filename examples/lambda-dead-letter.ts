import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { createHandler, type UserRecordHandler } from 'kinesis-agg/lambda';

const TEN_MINUTES = 10 * 60 * 1000;

/** Tries a user record for ten minutes, and gives that one up then: the rest of its aggregate is none the worse. */
export function handlerWithDeadLetters(client: SQSClient, QueueUrl: string, handle: UserRecordHandler) {
  return createHandler(handle, {
    onError: async (error, { partitionKey, data }, { id, arrivedAt }) => {
      console.error(id, error);
      if (arrivedAt !== undefined && Date.now() - arrivedAt.getTime() < TEN_MINUTES) return 'retry';
      const MessageBody = JSON.stringify({ id, partitionKey, data: data.toString('base64') });
      // If this fails, the user record is retried: an onError that throws means 'retry'.
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      return 'drop';
    },
  });
}
