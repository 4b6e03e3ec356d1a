import { deaggregate } from 'kinesis-agg';

/** A Firehose transformation: one answer for each `recordId`, with a line for each user record in it. */
export async function handler(event) {
  const records = event.records.map((record) => {
    const lines = deaggregate(record).map(({ data }) => `${data}\n`);
    return { recordId: record.recordId, result: 'Ok', data: Buffer.from(lines.join('')).toString('base64') };
  });
  return { records };
}
