import { KinesisProducer } from 'kinesis-agg/producer';

/**
 * A producer that hands what it could not store to a queue of yours. `enqueue(letter)` keeps a letter; `mayBeStored` tells
 * you that sending it again can double its records.
 */
export function producerWithDeadLetters(options, enqueue) {
  return new KinesisProducer({
    ...options,
    onFailure({ code, mayBeStored, userRecords, attempts }) {
      const records = userRecords.map(({ partitionKey, explicitHashKey, data }) => {
        return { partitionKey, explicitHashKey, data: data.toString('base64') };
      });
      enqueue({ code, mayBeStored, reason: attempts.at(-1)?.code, records });
    },
  });
}

/** Puts the records of a letter again. */
export function putAgain(producer, { records }) {
  return producer.putAll(records.map(({ data, ...keys }) => ({ ...keys, data: Buffer.from(data, 'base64') })));
}
