import type { KplErrorCode, KplErrorDetails } from '../index';

/** Every error of this package; made here, so that it belongs to the caller's realm. All faces share this one class. */
export class KplError extends Error {
  readonly code: KplErrorCode;
  declare readonly recordIndex?: number;
  declare readonly offset?: number;

  constructor(code: KplErrorCode, message: string, details: KplErrorDetails = {}) {
    const { recordIndex, offset, cause } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    if (recordIndex !== undefined) this.recordIndex = recordIndex;
    if (offset !== undefined) this.offset = offset;
  }
}

// On the prototype, where the language's own errors have it: a stack then begins with it, and it is set even where
// `Error.prototype` is frozen and an assignment would fail.
Object.defineProperty(KplError.prototype, 'name', { value: 'KplError', writable: true, configurable: true });
