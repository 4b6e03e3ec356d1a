import type { Position, UserRecord } from '../../index';
import type {
  BatchResponse,
  EventRecord,
  KinesisEvent,
  ProcessedEvent,
  ProcessOptions,
  UserRecordHandler,
} from '../../lambda';
import { Deadline } from './deadline';
import { UserRecordDelivery } from './delivery';
import { eventIdOf, isFlat, recordsOf } from './event';
import { checkHandler, checkVerdict, type Settings, settingsOf } from './options';
import { Progress } from './progress';
import { type KinesisRecordRun, Reader } from './reader';
import { type Entry, Window } from './window';

/** How far behind the earliest unhandled user record another one may start: a bound to what comes again, and to memory. */
const MAX_BEHIND = 1000;

export async function processEvent<R extends EventRecord>(
  event: KinesisEvent<R>,
  handler: UserRecordHandler<R>,
  options?: ProcessOptions<R>,
): Promise<ProcessedEvent> {
  checkHandler(handler);
  const settings = settingsOf(options);
  return new Processing(recordsOf(event), handler, settings).run();
}

/** One event on its way. */
class Processing<R extends EventRecord> {
  readonly #records: readonly R[];
  readonly #handler: UserRecordHandler<R>;
  readonly #onError: Settings<R>['onError'];
  readonly #concurrency: number;
  readonly #deadline: Deadline;
  readonly #signal: AbortSignal;
  readonly #progress: Progress;
  readonly #reader: Reader<R>;
  readonly #window = new Window<R>();

  /** How many leading user records of the event are to be skipped. */
  #toSkip = 0;
  #hasStarted = false;
  #running = 0;
  /** Those of the partition keys that run, each with the user records that wait for it. */
  readonly #busy = new Map<string, Entry<R>[]>();
  #isStopped = false;
  /** The first failure that was not dropped. */
  #failure: { error: unknown } | undefined;
  readonly #count = { handled: 0, dropped: 0, skipped: 0 };
  #onIdle: () => void = () => {};
  #onFault: (fault: unknown) => void = () => {};

  constructor(records: readonly R[], handler: UserRecordHandler<R>, settings: Settings<R>) {
    this.#records = records;
    this.#handler = handler;
    this.#onError = settings.onError;
    this.#concurrency = settings.concurrency;
    this.#deadline = new Deadline(settings.context, settings.stopBeforeMs);
    this.#signal = this.#deadline.signal;
    this.#progress = new Progress(settings.progress, this.#deadline);
    this.#reader = new Reader(records, settings);
  }

  async run(): Promise<ProcessedEvent> {
    this.#deadline.watch(() => {
      // A handler that outlives the function takes the response along, so that what is done is saved now.
      if (this.#running > 0) this.#saveProgress();
    });
    try {
      await this.#loadProgress();
      await new Promise<void>((resolve, reject) => {
        this.#onIdle = resolve;
        this.#onFault = reject;
        this.#startMore();
      });
      await this.#saveProgress();
    } finally {
      this.#deadline.clear();
    }
    return this.#result();
  }

  async #loadProgress(): Promise<void> {
    const [first] = this.#records;
    if (first === undefined || !this.#progress.isKept || !this.#reader.beginsWithSeveral()) return;
    this.#toSkip = await this.#progress.load(eventIdOf(first));
  }

  async #saveProgress(): Promise<void> {
    const earliest = this.#window.earliest;
    if (earliest !== undefined) await this.#progress.save(earliest.run.eventID, this.#window.leading);
  }

  /** Starts, in the order of the event, what may start now. */
  #startMore(): void {
    while (!this.#isStopped && this.#running < this.#concurrency && this.#window.length <= MAX_BEHIND) {
      const record = this.#reader.next();
      if (record === undefined) break;
      const entry = this.#entryOf(record);
      if (this.#skips(entry)) this.#note(entry, 'skipped');
      else if (!this.#waits(entry)) this.#start(entry);
      this.#window.add(entry);
    }
    if (this.#running === 0) this.#onIdle();
  }

  #entryOf(record: UserRecord): Entry<R> {
    const { source, run, failure } = this.#reader;
    const delivery = new UserRecordDelivery(source, record.subSequenceNumber, this.#signal);
    return { record, delivery, run, failure, outcome: undefined };
  }

  #skips({ run }: Entry<R>): boolean {
    return this.#toSkip > 0 && run.first === 0 && this.#toSkip-- > 0;
  }

  /** A user record without partition key waits for nobody. */
  #waits(entry: Entry<R>): boolean {
    const { partitionKey } = entry.record;
    const waiting = partitionKey === null ? undefined : this.#busy.get(partitionKey);
    waiting?.push(entry);
    return waiting !== undefined;
  }

  /** @returns whether it runs now; else it is done, or the event has stopped */
  #start(entry: Entry<R>): boolean {
    // The first one starts in any case, so that each invocation gets somewhere.
    if (this.#hasStarted && this.#deadline.hasCome()) {
      this.#isStopped = true;
      return false;
    }
    this.#hasStarted = true;
    try {
      if (entry.failure !== undefined) throw entry.failure.error;
      // Not as a method: nothing of ours is the handler's `this`.
      const handler = this.#handler;
      const result = handler(entry.record, entry.delivery);
      if (!isThenable(result)) {
        this.#note(entry, 'handled');
        return false;
      }
      this.#hold(entry, this.#outcomeOf(entry, result));
    } catch (error) {
      this.#hold(entry, this.#judge(entry, error));
    }
    return true;
  }

  /** Keeps a slot and the partition key taken until it is known what became of the user record. */
  #hold(entry: Entry<R>, outcome: Promise<Outcome>): void {
    const { partitionKey } = entry.record;
    this.#running++;
    if (partitionKey !== null && !this.#busy.has(partitionKey)) this.#busy.set(partitionKey, []);
    outcome
      .then((known) => {
        this.#running--;
        if (known !== undefined) this.#note(entry, known);
        if (partitionKey !== null) this.#free(partitionKey);
        this.#window.forget();
        this.#startMore();
      })
      .catch(this.#onFault);
  }

  /** The slot that a key's user record leaves is for the next one of that key. */
  #free(partitionKey: string): void {
    const waiting = this.#busy.get(partitionKey) ?? [];
    while (!this.#isStopped) {
      const next = waiting.shift();
      if (next === undefined) break;
      if (this.#start(next)) return;
    }
    this.#busy.delete(partitionKey);
  }

  async #outcomeOf(entry: Entry<R>, result: PromiseLike<unknown>): Promise<Outcome> {
    try {
      await result;
    } catch (error) {
      return this.#judge(entry, error);
    }
    return 'handled';
  }

  /** What a failure means: `'dropped'`, or that the event stops. */
  async #judge({ record, delivery }: Entry<R>, error: unknown): Promise<Outcome> {
    if (this.#signal.aborted) {
      // It may be the abort that made it fail: nobody shall drop a sound user record for that.
      this.#isStopped = true;
      return undefined;
    }
    let final = error;
    try {
      const onError = this.#onError;
      const verdict = onError === undefined ? undefined : await onError(error, record, delivery);
      if (verdict === 'drop') return 'dropped';
      checkVerdict(verdict);
    } catch (thrown) {
      final = new AggregateError([error, thrown], 'a handler failed, and then onError');
    }
    this.#failure ??= { error: final };
    this.#isStopped = true;
    return undefined;
  }

  #note(entry: Entry<R>, outcome: Exclude<Outcome, undefined>): void {
    entry.outcome = outcome;
    this.#count[outcome]++;
  }

  #result(): ProcessedEvent {
    const { handled, dropped, skipped } = this.#count;
    const earliest = this.#window.earliest;
    const pending = this.#window.length - this.#window.done;
    const unhandled = earliest === undefined ? 0 : pending + this.#reader.countRest();
    const failure = this.#progress.failure;
    return {
      response: earliest === undefined ? { batchItemFailures: [] } : this.#responseFrom(earliest.run),
      userRecords: handled + dropped + skipped + unhandled,
      handled,
      dropped,
      skipped,
      unhandled,
      repeated: earliest === undefined ? 0 : this.#repeatedFrom(earliest.run),
      ...(earliest && { position: positionOf(earliest.record), ...this.#reason() }),
      ...(failure && { progressError: failure.error }),
    };
  }

  #reason(): Pick<ProcessedEvent, 'stopped' | 'error'> {
    return this.#failure === undefined ? { stopped: 'deadline' } : { stopped: 'error', error: this.#failure.error };
  }

  #repeatedFrom({ eventID }: KinesisRecordRun): number {
    const { leading, leadingWorked, done } = this.#window;
    return this.#progress.willSkip(eventID, leading) ? done : leadingWorked + done;
  }

  #responseFrom({ first, sequenceNumber }: KinesisRecordRun): BatchResponse {
    // An event source mapping repeats everything from the lowest number on, so that one is enough.
    if (!isFlat(this.#records[first] as R)) return { batchItemFailures: [{ itemIdentifier: sequenceNumber }] };
    // EventBridge Pipes wants the ids of all events that are to be repeated.
    const ids = new Set(this.#records.slice(first).map(eventIdOf));
    return { batchItemFailures: [...ids].map((itemIdentifier) => ({ itemIdentifier })) };
  }
}

/** `undefined` is unhandled. */
type Outcome = Entry<EventRecord>['outcome'];

function isThenable(result: unknown): result is PromiseLike<unknown> {
  if (result === null || (typeof result !== 'object' && typeof result !== 'function')) return false;
  return typeof (result as { then?: unknown }).then === 'function';
}

function positionOf({ sequenceNumber, subSequenceNumber }: UserRecord): Position {
  return { sequenceNumber, subSequenceNumber };
}
