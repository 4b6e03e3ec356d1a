import { deaggregate } from 'kinesis-agg';

/**
 * A record processor for aws-kcl: `kcl(recordProcessor(handle)).run()`. The daemon has deaggregated, and filtered by hash
 * key, already. Its records are taken as they are, with their sub-sequence numbers, and nothing is expanded twice.
 */
export function recordProcessor(handle) {
  return {
    initialize: (_input, done) => done(),

    async processRecords({ records, checkpointer }, done) {
      for (const userRecord of deaggregate(records)) await handle(userRecord);
      // Without a sequence number it stands at the last user record. With one it would mean sub-sequence number 0 of it,
      // and the rest of the aggregate would come again.
      checkpointer.checkpoint(() => done());
    },

    leaseLost: (_input, done) => done(),
    shardEnded: ({ checkpointer }, done) => checkpointer.checkpoint(() => done()),
    shutdownRequested: ({ checkpointer }, done) => checkpointer.checkpoint(() => done()),
  };
}
