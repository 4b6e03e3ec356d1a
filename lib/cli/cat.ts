import type { KinesisRecord, UserRecord } from '../../index';
import { iterDeaggregate, KplError } from '../index';
import type { CatArguments } from './arguments';
import { escapedBytes } from './escapes';
import { type Place, type Read, shardIdOf } from './input/records';
import type { Output } from './output';
import { jsonOf, textOf } from './user-record';

const LINE_FEED = Buffer.from('\n');

/** @returns whether all of it could be read */
export async function cat(records: AsyncIterable<Read>, args: CatArguments, output: Output): Promise<boolean> {
  let isReadable = true;
  for await (const { place, record, message } of records) {
    output.progress();
    const failure = record === undefined ? message : await catOne(record, place, args, output);
    if (failure === undefined) continue;
    output.message(`${nameOf(place)}: ${failure}`);
    isReadable = false;
  }
  return isReadable;
}

/** @returns why it cannot be read */
async function catOne(
  record: KinesisRecord,
  place: Place,
  { isJson, isRaw, after, keys }: CatArguments,
  output: Output,
): Promise<string | undefined> {
  const onBroken = ({ code, message }: KplError) =>
    output.message(`${nameOf(place)}: ${code}: ${message}; it is passed through whole`);
  try {
    // An array of one, which is an iterable whatever the record is.
    for (const userRecord of iterDeaggregate([record], { after, onBroken })) {
      if (keys !== undefined && !keys.includes(userRecord.partitionKey ?? '')) continue;
      const waiting = isJson
        ? output.json(jsonOf(shardIdOf(record), userRecord))
        : writeData(userRecord, isRaw, output);
      if (waiting !== undefined) await waiting;
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof KplError) || error.code === 'ERR_KPL_NATIVE') throw error;
    return error.message;
  }
}

function writeData({ data }: UserRecord, isRaw: boolean, output: Output): Promise<void> | undefined {
  if (output.isTerminal) return output.write(escapedBytes(data, textOf(data)) + (isRaw ? '' : '\n'));
  const waiting = output.write(data);
  return isRaw ? waiting : (output.write(LINE_FEED) ?? waiting);
}

export function nameOf({ input, record, line }: Place): string {
  return `${input}, record ${record} (line ${line})`;
}
