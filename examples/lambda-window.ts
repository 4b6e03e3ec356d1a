import type { KinesisStreamStateResponse, KinesisStreamTumblingWindowEvent } from 'aws-lambda';
import { deaggregate } from 'kinesis-agg';

interface State {
  [device: string]: { count: number; sum: number };
}

/**
 * Means over a tumbling window. Any failure fails the whole call, so that Lambda passes the same state again with the same
 * records. A partial response would keep the state, and count the first user records of an aggregate twice.
 */
export async function handler(event: KinesisStreamTumblingWindowEvent): Promise<KinesisStreamStateResponse> {
  const state: State = structuredClone(event.state ?? {});
  for (const { partitionKey, data } of deaggregate(event.Records)) {
    const { celsius } = JSON.parse(data.toString());
    const { count, sum } = state[partitionKey ?? ''] ?? { count: 0, sum: 0 };
    state[partitionKey ?? ''] = { count: count + 1, sum: sum + celsius };
  }
  if (event.isFinalInvokeForWindow) report(event.window.start, state);
  return { state, batchItemFailures: [] };
}

function report(start: string, state: State): void {
  for (const [device, { count, sum }] of Object.entries(state)) console.log(start, device, (sum / count).toFixed(2));
}
