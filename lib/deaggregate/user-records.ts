import type { DeaggregateOptions, UserRecord } from '../../index';
import { KplError } from '../error';
import { native } from '../native';
import { bytesOf, bytesOfBase64, bytesOfJson, copyOf, isShared } from '../native/bytes';
import { type AsyncRecords, expandAll, expandOneByOne, fillAll, type Records } from './expand';
import { settingsOf } from './options';
import { fillUserRecords, UserRecords } from './plain-objects';
import { readAsync, sourcesOf } from './read';

export function deaggregate(records: Records, options?: DeaggregateOptions): UserRecord[] {
  const settings = settingsOf(options);
  return expandAll(sourcesOf(records, settings), settings, fillUserRecords);
}

export async function deaggregateAsync(records: Records, options?: DeaggregateOptions): Promise<UserRecord[]> {
  const settings = settingsOf(options);
  const sources = sourcesOf(records, settings);
  await readAsync(sources, settings);
  return fillAll(sources, settings, fillUserRecords);
}

export function iterDeaggregate(records: Records, options?: DeaggregateOptions): IterableIterator<UserRecord>;
export function iterDeaggregate(records: AsyncRecords, options?: DeaggregateOptions): AsyncIterableIterator<UserRecord>;
export function iterDeaggregate(records: Records | AsyncRecords, options?: DeaggregateOptions) {
  return expandOneByOne(records, options, UserRecords);
}

export function isAggregated(data: Uint8Array | string): boolean {
  const bytes = typeof data === 'string' ? bytesOfBase64(data) : (bytesOf(data) ?? bytesOfJson(data));
  if (bytes === undefined) {
    if (typeof data === 'string') return false;
    throw new KplError('ERR_KPL_DATA', `data must be a Uint8Array or a base64 string, got ${typeof data}`);
  }
  return native.isAggregated(isShared(bytes) ? copyOf(bytes) : bytes);
}
