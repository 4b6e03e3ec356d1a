import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';

/** Puts each line of JSON, as fast as there is room: `await putLines(producer, process.stdin, ({ id }) => id)`. */
export function putLines(producer, input, partitionKeyOf) {
  return pipeline(
    createInterface({ input }),
    async function* (lines) {
      for await (const data of lines) yield { partitionKey: partitionKeyOf(JSON.parse(data)), data };
    },
    (records) => producer.putAll(records),
  );
}
