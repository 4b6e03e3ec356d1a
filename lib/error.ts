import type { KplErrorCode } from '../index';

/** Where in the input an error was found. */
export interface ErrorPosition {
  recordIndex?: number | undefined;
  offset?: number | undefined;
}

/** Every error of this package; made here, so that it belongs to the caller's realm. All faces share this one class. */
export class KplError extends Error {
  readonly code: KplErrorCode;
  declare readonly recordIndex?: number;
  declare readonly offset?: number;

  constructor(code: KplErrorCode, message: string, position?: ErrorPosition) {
    super(message);
    this.name = 'KplError';
    this.code = code;
    if (position?.recordIndex !== undefined) this.recordIndex = position.recordIndex;
    if (position?.offset !== undefined) this.offset = position.offset;
  }
}
