import type { DeaggregateOptions, KinesisRecord, UserRecord } from '../../index';
import { BufferView, copyOf } from '../native/bytes';
import type { Records } from './expand';
import { OneByOne } from './one-by-one';
import { settingsOf } from './options';
import { UserRecords } from './plain-objects';
import { read, reportAllBroken, sourcesOf } from './read';
import type { Source } from './source';
import { type Text, textOf } from './text';

export function decode(records: Records, options?: DeaggregateOptions): UserRecordBatch {
  const settings = settingsOf(options);
  const sources = sourcesOf(records, settings);
  for (const source of sources) source.decode();
  read(sources, settings, true);
  reportAllBroken(sources, settings);
  return new UserRecordBatch(sources, settings.copy);
}

export class UserRecordBatch {
  readonly #sources: Source[];
  readonly #copy: boolean;
  /** For each Kinesis record the position of its first user record, and at the end the number of all. */
  readonly #firsts: Uint32Array;

  // The Kinesis record that was asked for last: the next question is mostly about the same. Fields rather than getters,
  // which V8 does not inline where they are private.
  #source!: Source;
  /** Its user records are those from `#first` to before `#end`. */
  #first = 0;
  #end = 0;
  /** What its user records are ahead of their place in the aggregate. */
  #ahead = 0;
  /** A text of all of it would be wasted on one question, where questions jump about. */
  #isAskedAgain = false;
  #text: Text | undefined = undefined;

  constructor(sources: Source[], copy: boolean) {
    this.#sources = sources;
    this.#copy = copy;
    this.#firsts = new Uint32Array(sources.length + 1);
    sources.forEach(({ first, end }, index) => {
      this.#firsts[index + 1] = (this.#firsts[index] as number) + end - first;
    });
  }

  get length(): number {
    return this.#firsts[this.#sources.length] as number;
  }

  partitionKey(i: number): string | null {
    const { outline, payload, partitionKey } = this.#seek(i);
    if (!outline.isAggregate) return partitionKey;
    return outline.partitionKey(i - this.#ahead, outline.keys(payload, this.#copy));
  }

  explicitHashKey(i: number): string | null {
    const { outline, payload, explicitHashKey } = this.#seek(i);
    if (!outline.isAggregate) return explicitHashKey;
    return outline.explicitHashKey(i - this.#ahead, outline.keys(payload, this.#copy));
  }

  data(i: number): Buffer {
    const source = this.#seek(i);
    const { outline, payload } = source;
    if (outline.isAggregate && !this.#copy) source.keepTogether();
    const start = outline.isAggregate ? outline.start(i - this.#ahead) : 0;
    const length = outline.isAggregate ? outline.length(i - this.#ahead) : payload.length;
    const view = new BufferView(payload.buffer, payload.byteOffset + start, length);
    return this.#copy ? copyOf(view) : view;
  }

  text(i: number): string {
    const { outline, payload } = this.#seek(i);
    if (!outline.isAggregate) return payload.toString();
    const start = outline.start(i - this.#ahead);
    const end = start + outline.length(i - this.#ahead);
    if (this.#copy || !this.#isAskedAgain) {
      this.#isAskedAgain = true;
      return outline.dataIsAscii ? payload.latin1Slice(start, end) : payload.utf8Slice(start, end);
    }
    this.#text ??= textOf(payload, outline.dataIsAscii);
    return this.#text.slice(start, end);
  }

  json(i: number): unknown {
    return JSON.parse(this.text(i));
  }

  sequenceNumber(i: number): string {
    return this.#seek(i).sequenceNumber;
  }

  subSequenceNumber(i: number): number {
    const { outline, subSequenceNumber } = this.#seek(i);
    return outline.isAggregate ? i - this.#ahead : subSequenceNumber;
  }

  aggregated(i: number): boolean {
    const { outline, aggregated } = this.#seek(i);
    return outline.isAggregate || aggregated;
  }

  approximateArrivalTimestamp(i: number): Date | number | undefined {
    const { approximateArrivalTimestamp: time } = this.#seek(i);
    if (typeof time === 'string') return dateOf(time);
    return (time ?? undefined) as Date | number | undefined;
  }

  source(i: number): KinesisRecord {
    return this.#seek(i).record;
  }

  toArray(): UserRecord[] {
    return [...this];
  }

  [Symbol.iterator](): IterableIterator<UserRecord> {
    return new OneByOne(this.#expansions());
  }

  *#expansions(): Generator<UserRecords, void> {
    for (const source of this.#sources) yield new UserRecords(source, this.#copy);
  }

  /** Makes the Kinesis record of user record `i` the current one, and gives it. */
  #seek(i: number): Source {
    if (!(i >= this.#first && i < this.#end) || !Number.isInteger(i)) this.#moveTo(i);
    return this.#source;
  }

  #moveTo(i: number): void {
    if (!Number.isInteger(i) || i < 0 || i >= this.length) {
      throw new RangeError(`there is no user record ${String(i)} in a batch of ${this.length}`);
    }
    // If you read on in order, you need the keys of one Kinesis record at a time. Kept until the batch goes, those of an event
    // would take 100 MB more under Node 24, and a tenth more time under Node 22: the garbage collector copies them.
    if (i > 0 && i === this.#end) this.#source.outline.forgetKeys();
    // The last Kinesis record that begins at or before i: those that hold nothing begin where the next one does.
    let low = 0;
    let high = this.#sources.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#firsts[middle] as number) <= i) low = middle;
      else high = middle;
    }
    this.#source = this.#sources[low] as Source;
    this.#first = this.#firsts[low] as number;
    this.#end = this.#firsts[low + 1] as number;
    this.#ahead = this.#first - this.#source.first;
    this.#isAskedAgain = false;
    this.#text = undefined;
  }
}

/** What JSON makes of a Date, as the AWS CLI prints it; `undefined` for any other text. */
function dateOf(text: string): Date | undefined {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
