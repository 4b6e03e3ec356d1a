import type { UserRecordInput } from '../../index';
import type { ProducerMetrics, ProducerOptions, PutAllResult, PutResult } from '../../producer';
import { readUserRecord } from '../aggregate/input';
import { KplError } from '../error';
import { Delivery } from './delivery';
import { type Environment, reality } from './environment';
import { ProducerError } from './errors';
import { readOptions, signalOf, type WithSignal } from './options';
import { Batch, Put } from './owners';
import { Signals } from './signals';
import { failed } from './telling';
import { Waiter } from './waiting';

type Records = Iterable<UserRecordInput> | AsyncIterable<UserRecordInput>;

export class KinesisProducer {
  #delivery: Delivery;
  #signals = new Signals();
  #closing: { promise: Promise<void>; abort(reason: unknown): void } | undefined;

  // The second parameter is for tests, and not declared.
  constructor(options: ProducerOptions, environment: Environment = reality, firstOrdinal?: number) {
    this.#delivery = new Delivery(readOptions(options), environment, firstOrdinal);
  }

  add(record: UserRecordInput, options?: WithSignal): Promise<void> | undefined {
    const signal = signalOf(options);
    if (signal?.aborted) return Promise.reject(signal.reason);
    let waiter: Waiter | undefined;
    try {
      waiter = this.#take(record, undefined, 0);
    } catch (error) {
      // That there is no room, or no stream, is no fault of the call.
      if (error instanceof ProducerError && error.code !== 'ERR_KPL_CLOSED') return Promise.reject(error);
      throw error;
    }
    if (waiter === undefined) return undefined;
    const waiting = waiter;
    const admitted = waiting.promise();
    const release = this.#whenAborted(signal, (reason) => {
      if (this.#delivery.withdraw(waiting)) waiting.refused(reason);
    });
    if (release !== undefined) admitted.then(release, release);
    return admitted;
  }

  put(record: UserRecordInput, options?: WithSignal): Promise<PutResult> {
    return new Promise((resolve, reject) => {
      const signal = signalOf(options);
      signal?.throwIfAborted();
      const put = new Put(resolve, reject);
      this.#delivery.notePut();
      const waiter = this.#take(record, put, 0);
      if (put.isGone) return;
      put.release = this.#whenAborted(signal, (reason) => {
        if (waiter !== undefined) this.#delivery.withdraw(waiter);
        put.reject(reason);
      });
    });
  }

  async putAll(records: Records, options?: WithSignal): Promise<PutAllResult> {
    const signal = signalOf(options);
    const source = iteratorOf(records);
    const batch = new Batch(this.#delivery.telling.isDirect);
    const aborted = this.#abortion(signal);
    try {
      await this.#pull(source, batch, aborted);
      // Nothing more comes that these could wait for.
      this.#delivery.closeAll();
      this.#delivery.advance();
      await this.#untilSettled(batch, aborted);
    } catch (reason) {
      this.#cutOff(batch);
      throw reason;
    } finally {
      aborted.release();
    }
    if (batch.failedCount === 0) return { userRecords: batch.storedCount };
    throw failed(
      batch.failedCount,
      batch.failures.map(({ error }) => error),
    );
  }

  async ready(options?: WithSignal): Promise<void> {
    const signal = signalOf(options);
    signal?.throwIfAborted();
    const { promise, leave } = this.#delivery.watch.ready();
    this.#delivery.advance();
    const release = this.#whenAborted(signal, leave);
    try {
      await promise;
    } finally {
      release?.();
    }
  }

  flush(options?: WithSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const signal = signalOf(options);
      signal?.throwIfAborted();
      let isOver = false;
      const release = this.#whenAborted(signal, (reason) => {
        isOver = true;
        reject(reason);
      });
      this.#flush(() => {
        if (isOver) return;
        release?.();
        const untold = this.#delivery.telling.takeUntold();
        if (untold === undefined) resolve();
        else reject(untold);
      });
    });
  }

  close(options?: WithSignal): Promise<void> {
    let signal: AbortSignal | undefined;
    try {
      signal = signalOf(options);
    } catch (error) {
      return Promise.reject(error);
    }
    const closing = this.#closing ?? this.#beginClose();
    if (signal?.aborted) {
      closing.abort(signal.reason);
    } else if (signal !== undefined) {
      const release = this.#signals.whenAborted(signal, closing.abort);
      closing.promise.then(release, release);
    }
    return closing.promise;
  }

  metrics(): ProducerMetrics {
    return this.#delivery.metrics();
  }

  #beginClose() {
    let isOver = false;
    let resolve: () => void = () => {};
    let reject: (reason: unknown) => void = () => {};
    const promise = new Promise<void>((...settle) => {
      [resolve, reject] = settle;
    });
    const closing = {
      promise,
      abort: (reason: unknown) => {
        if (isOver) return;
        isOver = true;
        const message = 'given up when the signal of close aborted';
        const errors = this.#delivery.giveUp('ERR_KPL_ABORTED', message, reason);
        const mayBeStored = errors.some((error) => error.mayBeStored);
        reject(new ProducerError('ERR_KPL_ABORTED', message, { errors, mayBeStored, cause: reason }));
      },
    };
    this.#closing = closing;
    this.#flush(() => {
      if (isOver) return;
      isOver = true;
      const untold = this.#delivery.telling.takeUntold();
      if (untold === undefined) resolve();
      else reject(untold);
    });
    return closing;
  }

  /** Calls back when all that was put before is settled. */
  #flush(whenSettled: () => void): void {
    this.#delivery.closeAll();
    this.#delivery.epochs.close(whenSettled);
    this.#delivery.advance();
  }

  #take(record: UserRecordInput, owner: Put | Batch | undefined, recordIndex: number): Waiter | undefined {
    if (this.#closing !== undefined) throw new ProducerError('ERR_KPL_CLOSED', 'the producer was closed');
    try {
      return this.#delivery.take(readUserRecord(record, recordIndex), owner);
    } catch (error) {
      if (!(error instanceof KplError) || error.recordIndex === undefined || error.recordIndex === recordIndex)
        throw error;
      // The aggregator was given one record; a putAll has many.
      throw new KplError(error.code, error.message, { recordIndex });
    }
  }

  #whenAborted(signal: AbortSignal | undefined, callback: (reason: unknown) => void): (() => void) | undefined {
    return signal === undefined ? undefined : this.#signals.whenAborted(signal, callback);
  }

  // ------------------------------------------------------------------------------------------------- putAll

  /** Puts what a source gives, as fast as there is room, until it ends or too much has failed. */
  async #pull(source: Source, batch: Batch, aborted: Abortion): Promise<void> {
    const pulling: Pulling = { source, batch, aborted, isOpen: true, index: 0 };
    try {
      let step: Step | undefined;
      for (;;) {
        const awaited = this.#pullOn(pulling, step);
        if (awaited === undefined) return;
        step = undefined;
        if (awaited instanceof Waiter) await aborted.or(awaited.promise(), () => this.#delivery.withdraw(awaited));
        else step = await aborted.or(awaited);
      }
    } finally {
      if (pulling.isOpen) end(source);
    }
  }

  /** A source that does not wait is not made to. Gives what has to be waited for, or nothing at the end. */
  #pullOn(pulling: Pulling, given: Step | undefined): PromiseLike<Step> | Waiter | undefined {
    for (let step = given ?? next(pulling); step !== undefined; step = next(pulling)) {
      if (isPromise(step)) return step;
      pulling.isOpen = !step.done;
      if (step.done) return undefined;
      const waiter = this.#take(step.value, pulling.batch, pulling.index++);
      if (waiter !== undefined) return waiter;
    }
    return undefined;
  }

  async #untilSettled(batch: Batch, aborted: Abortion): Promise<void> {
    if (batch.isSettled) return;
    await aborted.or(
      new Promise<void>((resolve) => {
        batch.onChange = () => {
          if (batch.isSettled) resolve();
        };
      }),
    );
  }

  /** What a `putAll` that ends early has put is as if it had been added. */
  #cutOff(batch: Batch): void {
    batch.isGone = true;
    for (const { error, userRecords, bytes } of batch.failures) this.#delivery.telling.tell(error, userRecords, bytes);
    this.#delivery.closeAll();
    this.#delivery.advance();
  }

  #abortion(signal: AbortSignal | undefined): Abortion {
    let abort: ((reason: unknown) => void) | undefined;
    const release = this.#whenAborted(signal, (reason) => abort?.(reason));
    return {
      signal,
      release: () => release?.(),
      check: () => signal?.throwIfAborted(),
      or: (promise, whenAborted) =>
        new Promise((resolve, reject) => {
          abort = (reason) => {
            whenAborted?.();
            reject(reason);
          };
          promise.then(resolve, reject);
        }),
    };
  }
}

/** `await using` closes a producer, where JavaScript has it. */
const { asyncDispose } = Symbol as { asyncDispose?: symbol };
if (asyncDispose !== undefined) {
  Object.defineProperty(KinesisProducer.prototype, asyncDispose, {
    value: function dispose(this: KinesisProducer) {
      return this.close();
    },
    configurable: true,
    writable: true,
  });
}

/** What a signal cuts off. */
interface Abortion {
  signal: AbortSignal | undefined;
  check(): void;
  release(): void;
  /** The promise's result, or the signal's reason if that comes first. */
  or<T>(promise: PromiseLike<T>, whenAborted?: () => void): Promise<T>;
}

type Step = IteratorResult<UserRecordInput, unknown>;

interface Source {
  next(): Step | PromiseLike<Step>;
  return?(): unknown;
}

function iteratorOf(records: Records): Source {
  const iterable = typeof records === 'object' && records !== null ? records : undefined;
  if (iterable !== undefined && Symbol.asyncIterator in iterable) return iterable[Symbol.asyncIterator]();
  if (iterable !== undefined && Symbol.iterator in iterable) return iterable[Symbol.iterator]();
  throw new KplError('ERR_KPL_DATA', 'records must be an iterable or an async iterable of user records');
}

/** What a `putAll` has come to. */
interface Pulling {
  readonly source: Source;
  readonly batch: Batch;
  readonly aborted: Abortion;
  /** Whether the source would like to hear that nothing more is wanted. */
  isOpen: boolean;
  index: number;
}

/** Pulls once, unless too much has failed. */
function next(pulling: Pulling): Step | PromiseLike<Step> | undefined {
  const { source, batch, aborted } = pulling;
  if (batch.isBroken) return undefined;
  aborted.check();
  pulling.isOpen = false; // if it throws
  const step = source.next();
  pulling.isOpen = aborted.signal !== undefined;
  return step;
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | undefined)?.then === 'function';
}

/** Tells a source that nothing more is wanted. What it says to that is of no interest: the reason is told already. */
function end(source: Source): void {
  try {
    Promise.resolve(source.return?.()).catch(() => {});
  } catch {
    // As said.
  }
}
