import { KplError } from '../index';
import type { InspectArguments } from './arguments';
import { Effort } from './dissection';
import type { Read } from './input/records';
import { type Inspection, inspection, isFinding } from './inspection';
import { linesOfInspection, linesOfUnreadable } from './inspection-json';
import { Report } from './inspection-table';
import type { Output } from './output';
import { Shards } from './shards';

/** Bytes that may be hashed in a run to find out what happened to broken records: some seconds. */
const EFFORT_BYTES = 2 ** 31;

const FOUND = 1;
const UNREADABLE = 2;

/** `inspect`, and `verify`, which shows the findings alone. @returns the exit code */
export async function inspect(records: AsyncIterable<Read>, args: InspectArguments, output: Output): Promise<number> {
  const isVerify = args.command === 'verify';
  const shards = new Shards(args.shards, args.shard);
  const effort = new Effort(EFFORT_BYTES);
  const report = new Report(args, output);
  let findings = 0;
  let unreadable = 0;
  for await (const { place, record, message } of records) {
    output.progress();
    const inspected = record === undefined ? message : inspectedOr(() => inspection(record, shards, effort));
    if (typeof inspected === 'string') {
      unreadable++;
      report.countUnreadable();
      if (args.isJson) await output.json(linesOfUnreadable(place, inspected));
      else await report.unreadable(place, inspected);
      continue;
    }
    report.count(inspected);
    const isShown = !isVerify || isFinding(inspected);
    if (isFinding(inspected)) findings++;
    if (!isShown) continue;
    if (args.isJson) await output.json(linesOfInspection(place, inspected, args));
    else await report.inspected(place, inspected);
  }
  if (!args.isJson) await report.sum();
  if (unreadable > 0) return UNREADABLE;
  return isVerify && findings > 0 ? FOUND : 0;
}

/** Why there is nothing to inspect, if so. */
function inspectedOr(inspect: () => Inspection): Inspection | string {
  try {
    return inspect();
  } catch (error) {
    if (!(error instanceof KplError) || error.code === 'ERR_KPL_NATIVE') throw error;
    return error.message;
  }
}
