import { decode } from 'kinesis-agg';

/** The key and text of every user record, without an object for each. */
export function linesOf(event) {
  const batch = decode(event.Records);
  const lines = [];
  for (let i = 0; i < batch.length; i++) lines.push(`${batch.partitionKey(i)} ${batch.text(i)}`);
  return lines;
}
