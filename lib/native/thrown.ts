import type { KplErrorCode } from '../../index';
import { KplError } from '../error';

/** What the native side throws for a failure of the core. */
interface Thrown {
  code: KplErrorCode;
  message: string;
  recordIndex?: number;
  offset?: number;
}

/**
 * What the native side threw, as an error of ours. It throws plain descriptions; anything else is a defect and stays as
 * it is.
 *
 * @param firstRecord the index of the first record that it was given
 */
export function fromNative(thrown: unknown, firstRecord = 0): unknown {
  if (thrown instanceof Error || !(thrown as Thrown | undefined)?.code) return thrown;
  const { code, message, recordIndex, offset } = thrown as Thrown;
  return new KplError(code, message, {
    recordIndex: recordIndex === undefined ? undefined : firstRecord + recordIndex,
    offset,
  });
}
