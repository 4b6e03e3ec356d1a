import { KplError } from './error';
import { native } from './native';
import { fromNative } from './native/thrown';

export function hashKey(partitionKey: string): string {
  if (typeof partitionKey !== 'string' || !partitionKey.isWellFormed()) {
    const problem = typeof partitionKey === 'string' ? 'one with a lone surrogate' : typeof partitionKey;
    throw new KplError('ERR_KPL_PARTITION_KEY', `partitionKey must be a well-formed string, got ${problem}`);
  }
  try {
    return native.hashKey(partitionKey);
  } catch (thrown) {
    throw fromNative(thrown);
  }
}
