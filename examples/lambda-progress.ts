import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { ProgressStore } from 'kinesis-agg/lambda';

/** The stream's retention: behind it nothing comes again. */
const RETENTION_SECONDS = 24 * 60 * 60;

/** Progress in a table with the partition key `id` and the time to live `expiresAt`. */
export function progressIn(
  client: DynamoDBClient,
  TableName: string,
  functionName = process.env.AWS_LAMBDA_FUNCTION_NAME ?? '',
): ProgressStore {
  // A store is one function's: another one on the same stream has done other user records.
  const idOf = (eventID: string) => ({ S: `${functionName}/${eventID}` });
  return {
    async load(eventID) {
      const command = new GetItemCommand({ TableName, Key: { id: idOf(eventID) }, ConsistentRead: true });
      const { Item } = await client.send(command);
      return Item?.handled?.N === undefined ? undefined : Number(Item.handled.N);
    },
    async save(eventID, handled) {
      const expiresAt = Math.floor(Date.now() / 1000) + RETENTION_SECONDS;
      const Item = { id: idOf(eventID), handled: { N: String(handled) }, expiresAt: { N: String(expiresAt) } };
      await client.send(new PutItemCommand({ TableName, Item }));
    },
  };
}
