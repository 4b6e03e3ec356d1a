import type { EventRecord, LambdaContext, ProcessOptions, ProgressStore, UserRecordHandler } from '../../lambda';
import { KplError } from '../index';
import { refuseUnknownOptions } from '../options';

/** Options that were checked, with their defaults. */
export interface Settings<R extends EventRecord> {
  concurrency: number;
  context: LambdaContext | undefined;
  stopBeforeMs: number | undefined;
  onError: ProcessOptions<R>['onError'];
  progress: ProgressStore | undefined;
  verifyChecksum: boolean;
  strict: boolean;
}

const NAMES = ['concurrency', 'context', 'stopBeforeMs', 'onError', 'progress', 'verifyChecksum', 'strict'];
/** More handlers than that at once are a mistake: no service behind them takes it. */
const MAX_CONCURRENCY = 1000;

export function settingsOf<R extends EventRecord>(options: ProcessOptions<R> = {}): Settings<R> {
  if (options === null || typeof options !== 'object')
    throw refused(`options must be an object, got ${kindOf(options)}`);
  refuseUnknownOptions(options, NAMES);
  const { concurrency = 1, context, stopBeforeMs, onError, progress, verifyChecksum = true, strict = false } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
    throw refused(`concurrency must be an integer from 1 to ${MAX_CONCURRENCY}, got ${kindOf(concurrency)}`);
  }
  if (
    stopBeforeMs !== undefined &&
    !(typeof stopBeforeMs === 'number' && stopBeforeMs >= 0 && stopBeforeMs < Infinity)
  ) {
    throw refused(`stopBeforeMs must be a number of milliseconds, 0 or more, got ${kindOf(stopBeforeMs)}`);
  }
  if (onError !== undefined && typeof onError !== 'function') {
    throw refused(`onError must be a function, got ${kindOf(onError)}`);
  }
  if (progress !== undefined && !(typeof progress?.load === 'function' && typeof progress.save === 'function')) {
    throw refused('progress must have the functions load and save');
  }
  for (const [name, value] of Object.entries({ verifyChecksum, strict })) {
    if (typeof value !== 'boolean') throw refused(`${name} must be a boolean, got ${kindOf(value)}`);
  }
  checkContext(context);
  return { concurrency, context, stopBeforeMs, onError, progress, verifyChecksum, strict };
}

export function checkHandler<R extends EventRecord>(handler: UserRecordHandler<R>): void {
  if (typeof handler !== 'function') throw refused(`handler must be a function, got ${kindOf(handler)}`);
}

export function checkVerdict(verdict: unknown): void {
  if (verdict === undefined || verdict === 'retry' || verdict === 'drop') return;
  throw refused(`onError must give 'retry', 'drop' or nothing, got ${kindOf(verdict)}`);
}

function checkContext(context: LambdaContext | undefined): void {
  if (context === undefined) return;
  if (typeof context?.getRemainingTimeInMillis !== 'function') {
    throw refused('context must have the function getRemainingTimeInMillis, as the one that Lambda passes');
  }
  const left = context.getRemainingTimeInMillis();
  if (typeof left !== 'number' || Number.isNaN(left)) {
    throw refused(`context.getRemainingTimeInMillis must give a number, got ${kindOf(left)}`);
  }
}

function kindOf(value: unknown): string {
  return typeof value === 'number' ? String(value) : value === null ? 'null' : typeof value;
}

function refused(message: string): KplError {
  return new KplError('ERR_KPL_OPTION', message);
}
