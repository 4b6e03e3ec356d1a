import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import type { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import type { UserRecord } from 'kinesis-agg';
import { createHandler, type Delivery } from 'kinesis-agg/lambda';

/**
 * Handles each user record once, as far as Powertools can tell: two writes for each, where `progress` takes one for each
 * stop. An effect that must happen once belongs into one transaction with the id.
 *
 * @param persistenceStore - `new DynamoDBPersistenceLayer({ tableName })`, say.
 */
export function idempotentHandler(
  persistenceStore: BasePersistenceLayer,
  handle: (record: UserRecord, delivery: Delivery) => Promise<string>,
) {
  // The delivery is the second argument, and its id is what is the same when the user record comes again.
  const config = new IdempotencyConfig({ eventKeyJmesPath: 'id' });
  const handler = createHandler(makeIdempotent(handle, { persistenceStore, dataIndexArgument: 1, config }));
  return (event: KinesisStreamEvent, context: Context): Promise<KinesisStreamBatchResponse> => {
    config.registerLambdaContext(context);
    return handler(event, context);
  };
}
