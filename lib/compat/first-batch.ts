// Routing 'first', as in the older package: one open aggregate takes every record, and its records are there to be seen.

import type { AggregatorOptions, EncodedRecord } from '../../compat';
import type { AggregatedRecord } from '../../index';
import { BufferedAggregator } from '../aggregate/buffered-aggregator';
import { DROP_IN } from '../aggregate/options';
import { deaggregate } from '../deaggregate/user-records';
import { encodedRecord } from './encoded-record';
import type { Batches } from './record-aggregator';
import { type Deliver, Undelivered } from './undelivered';
import type { GivenUserRecord, LooseUserRecord } from './user-record';

/** The records of one aggregate, as the caller gave them, and what its outer keys are made of. */
class Batch {
  readonly records: LooseUserRecord[] = [];
  #partitionKey: unknown;
  #explicitHashKey: unknown;

  push({ record, partitionKey, explicitHashKey }: GivenUserRecord['given']): void {
    if (this.records.length === 0) {
      this.#partitionKey = partitionKey;
      this.#explicitHashKey = explicitHashKey;
    }
    this.records.push(record);
  }

  /** The keys are the first record's, as it spells them: under 'first' nothing synthetic is written. */
  encoded(data: Buffer): EncodedRecord {
    const key = this.#explicitHashKey;
    // The number 0 is falsy, and so not a key inside; outside the older package gives it if another record has one.
    const isZero = key === 0 || key === 0n;
    const isKey = key || (isZero && this.records.some((record) => record.explicitHashKey));
    return encodedRecord(this.#partitionKey, data, isKey ? key : undefined);
  }
}

export class FirstBatch implements Batches {
  readonly buffered: BufferedAggregator;
  #batch = new Batch();
  /** What a callback is being given. While it is, everything looks as if that were still open. */
  #inHand: { batch: Batch; totalBytes: number } | undefined;
  /** What a callback threw on after it had begun the next batch. */
  #undelivered = new Undelivered();

  constructor(options: AggregatorOptions | undefined) {
    this.buffered = new BufferedAggregator({ ...options, routing: 'first', wrapSingle: true }, DROP_IN);
  }

  get records(): LooseUserRecord[] {
    return this.#batch.records;
  }

  get length(): number {
    return this.#undelivered.userRecords + this.#batch.records.length;
  }

  get totalBytes(): number {
    return this.#inHand?.batch === this.#batch ? this.#inHand.totalBytes : this.buffered.sizeBytes;
  }

  join(userRecord: GivenUserRecord): boolean {
    if (!this.buffered.joins(userRecord)) return false;
    this.buffered.take(userRecord);
    // A callback that adds records begins the next batch.
    if (this.#inHand?.batch === this.#batch) this.#batch = new Batch();
    this.#batch.push(userRecord.given);
    return true;
  }

  joinAfterClosing(userRecord: GivenUserRecord, deliver: Deliver): void {
    do this.closeAll(deliver);
    while (!this.join(userRecord));
  }

  /** Hands over the batch. Where that throws, the batch is open again, as in the older package. */
  closeAll(deliver: Deliver): void {
    this.#undelivered.deliverTo(deliver);
    const outer = this.#inHand;
    const undelivered = this.#undelivered;
    const batch = this.#batch;
    if (batch === outer?.batch || batch.records.length === 0) return;
    this.#inHand = { batch, totalBytes: this.totalBytes };
    const encoded = batch.encoded(this.#seal());
    try {
      deliver(encoded, batch.records.length);
      if (this.#batch === batch) this.#batch = new Batch();
    } catch (thrown) {
      if (this.#batch === batch) this.#takeBack(encoded);
      else undelivered.push(encoded, batch.records.length);
      throw thrown;
    } finally {
      this.#inHand = outer;
    }
  }

  closeOne(): EncodedRecord | undefined {
    const waiting = this.#undelivered.shift();
    if (waiting !== undefined) return waiting;
    const batch = this.#batch;
    if (batch === this.#inHand?.batch || batch.records.length === 0) return undefined;
    this.#batch = new Batch();
    return batch.encoded(this.#seal());
  }

  clear(): void {
    this.buffered.clear();
    this.#batch = new Batch();
    // Another one: a callback that clears and then throws gives nothing back.
    this.#undelivered = new Undelivered();
  }

  #seal(): Buffer {
    this.buffered.flush();
    const [closed] = this.buffered.drain() as [AggregatedRecord];
    return closed.Data;
  }

  /** From the bytes, since the caller may have changed the records. */
  #takeBack({ data }: EncodedRecord): void {
    const source = { Data: data, PartitionKey: undefined, SequenceNumber: '' };
    for (const { partitionKey, explicitHashKey, data } of deaggregate(source, { verifyChecksum: false })) {
      this.buffered.take({ partitionKey: partitionKey as string, explicitHashKey, data, dataBytes: data.length });
    }
  }
}
