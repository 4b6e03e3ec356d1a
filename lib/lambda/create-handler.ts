import type {
  BatchResponse,
  EventRecord,
  KinesisEvent,
  LambdaContext,
  ProcessOptions,
  UserRecordHandler,
} from '../../lambda';
import { payloadOf, recordsOf } from './event';
import { checkHandler, checkVerdict, settingsOf } from './options';
import { processEvent } from './process-event';

export function createHandler<R extends EventRecord>(
  handler: UserRecordHandler<R>,
  options?: Omit<ProcessOptions<R>, 'context'>,
): (event: KinesisEvent<R>, context?: LambdaContext) => Promise<BatchResponse> {
  // A mistake shows when the function is deployed, rather than at its first record.
  checkHandler(handler);
  settingsOf(options);
  const onError = reporting(options?.onError);

  return async (event, context) => {
    const result = await processEvent(event, handler, { ...options, onError, ...(context && { context }) });
    if (result.progressError !== undefined) {
      console.error('kinesis-agg: progress is not kept:', result.progressError);
    }
    const [first] = recordsOf(event);
    const isFirst = first !== undefined && result.position?.sequenceNumber === payloadOf(first).sequenceNumber;
    if (result.stopped === 'deadline' && isFirst && options?.progress === undefined) {
      console.error(
        `kinesis-agg: the time was up within the first Kinesis record, ${payloadOf(first).sequenceNumber}: it comes again from its beginning, for ever, unless the function gets more time or \`progress\``,
      );
    }
    return result.response;
  };
}

/** A failure is never silent: what nobody else hears of is written to the log. */
function reporting<R extends EventRecord>(
  onError: ProcessOptions<R>['onError'],
): NonNullable<ProcessOptions<R>['onError']> {
  if (onError === undefined) return (error, _record, { id }) => console.error(`kinesis-agg: ${id} failed:`, error);
  return async (error, record, delivery) => {
    try {
      const verdict = await onError(error, record, delivery);
      checkVerdict(verdict);
      return verdict;
    } catch (thrown) {
      console.error(`kinesis-agg: onError failed for ${delivery.id}:`, thrown);
      throw thrown;
    }
  };
}
