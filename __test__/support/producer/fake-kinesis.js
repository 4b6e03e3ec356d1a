'use strict';

// A stream in memory, with a script for what goes wrong. It knows PutRecords, ListShards and DescribeStreamSummary.

const { SPACE, hashKeyOf } = require('../../oracle/hash-key');

/**
 * @typedef {object} Fault what becomes of one request
 * @property {(entry: any, i: number) => { code: string, isStored?: boolean } | undefined} [entries] of each entry
 * @property {() => Error} [throws] the request fails as a whole
 * @property {boolean} [isStored] although it fails, all entries are stored
 * @property {'until abort' | 'for ever'} [hangs] there is no answer
 * @property {any} [answer] in place of the true one
 * @property {number} [latencyMs]
 * @property {number} [sdkAttempts]
 */

class FakeKinesis {
  /** Requests of PutRecords in order. */
  requests = [];
  /** What is stored, in order of arrival. */
  records = [];
  listed = 0;
  described = 0;
  /** @type {(request: { number: number, time: number, entries: any[] }) => Fault | undefined} */
  fault = () => undefined;
  listFault = () => undefined;
  describeFault = () => undefined;
  distribution = 'USER_PARTITION_KEY';
  latencyMs = 5;
  inFlight = 0;
  mostInFlight = 0;
  #lastShard = -1;
  #environment;

  /**
   * @param {import('./fake-environment').FakeEnvironment} environment
   * @param {number} [shards]
   */
  constructor(environment, shards = 4) {
    this.#environment = environment;
    this.shards = [];
    this.recreate(shards);
  }

  /** As many open shards of the same width; what was there is gone. */
  recreate(count) {
    this.#lastShard = -1;
    this.shards = Array.from({ length: count }, (_, i) => {
      return this.#newShard((SPACE * BigInt(i)) / BigInt(count), (SPACE * BigInt(i + 1)) / BigInt(count) - 1n);
    });
  }

  split(shardId) {
    const parent = this.shards.find((shard) => shard.id === shardId);
    const middle = (parent.first + parent.last) / 2n;
    parent.isOpen = false;
    this.shards.push(this.#newShard(parent.first, middle), this.#newShard(middle + 1n, parent.last));
  }

  merge(leftId, rightId) {
    const [left, right] = [leftId, rightId].map((id) => this.shards.find((shard) => shard.id === id));
    left.isOpen = false;
    right.isOpen = false;
    this.shards.push(this.#newShard(left.first, right.last));
  }

  get openShards() {
    return this.shards.filter(({ isOpen }) => isOpen);
  }

  #newShard(first, last) {
    const id = `shardId-${String(++this.#lastShard).padStart(12, '0')}`;
    return { id, first, last, isOpen: true };
  }

  /** Where Kinesis would put it. */
  owner({ PartitionKey, ExplicitHashKey }) {
    const key = BigInt(ExplicitHashKey ?? hashKeyOf(PartitionKey));
    return this.openShards.find(({ first, last }) => first <= key && key <= last);
  }

  client = {
    putRecords: (input, options) => this.#putRecords(input, options),
    listShards: async (input) => {
      this.listed++;
      await this.#environment.sleep(this.latencyMs);
      const error = this.listFault(this.listed, input);
      if (error) throw error;
      return {
        Shards: this.openShards.map(({ id, first, last }) => ({
          ShardId: id,
          HashKeyRange: { StartingHashKey: String(first), EndingHashKey: String(last) },
          SequenceNumberRange: { StartingSequenceNumber: '1' },
        })),
      };
    },
    describeStreamSummary: async (input) => {
      this.described++;
      await this.#environment.sleep(this.latencyMs);
      const error = this.describeFault(this.described, input);
      if (error) throw error;
      return { StreamDescriptionSummary: { RecordDistributionStrategy: this.distribution } };
    },
  };

  async #putRecords({ Records }, { abortSignal }) {
    const time = this.#environment.time;
    const request = { number: this.requests.length, time, entries: Records.map((entry) => ({ ...entry })) };
    this.requests.push(request);
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    try {
      const fault = this.fault(request) ?? {};
      request.fault = fault;
      await this.#environment.sleep((fault.latencyMs ?? this.latencyMs) / 2);
      const answers = Records.map((entry, i) => this.#put(entry, i, fault));
      const $metadata = {
        attempts: fault.sdkAttempts ?? 1,
        requestId: `request-${request.number}`,
        httpStatusCode: 200,
      };
      if (fault.hangs) await this.#hang(abortSignal, fault.hangs);
      await this.#environment.sleep((fault.latencyMs ?? this.latencyMs) / 2);
      if (fault.throws) throw fault.throws();
      request.isAnswered = !abortSignal.aborted && !('answer' in fault);
      if ('answer' in fault) return fault.answer;
      request.answers = answers;
      return { FailedRecordCount: answers.filter(({ ErrorCode }) => ErrorCode).length, Records: answers, $metadata };
    } finally {
      this.inFlight--;
    }
  }

  #put(entry, i, fault) {
    const wrong = fault.entries?.(entry, i);
    const isStored = wrong ? wrong.isStored : !(fault.throws || 'answer' in fault || fault.hangs) || fault.isStored;
    const place = isStored ? this.#store(entry) : undefined;
    if (wrong) return { ErrorCode: wrong.code, ErrorMessage: `${wrong.code}, said the script` };
    return { SequenceNumber: place?.sequenceNumber, ShardId: place?.shardId };
  }

  #store(entry) {
    const shard =
      this.distribution === 'AUTO' ? this.openShards[this.records.length % this.openShards.length] : this.owner(entry);
    const record = {
      PartitionKey: entry.PartitionKey,
      Data: Buffer.from(entry.Data),
      shardId: shard.id,
      range: { StartingHashKey: String(shard.first), EndingHashKey: String(shard.last) },
      sequenceNumber: String(this.records.length + 1),
    };
    this.records.push(record);
    return record;
  }

  #hang(abortSignal, how) {
    return new Promise((_, reject) => {
      if (how === 'until abort') {
        abortSignal.addEventListener('abort', () =>
          reject(Object.assign(new Error('aborted'), { name: 'AbortError' })),
        );
      }
    });
  }
}

/** An error as the SDK throws it. */
function sdkError(name, httpStatusCode, extra = {}) {
  const error = Object.assign(new Error(`${name}, said the script`), extra);
  error.name = name;
  return Object.assign(error, { $metadata: { httpStatusCode, attempts: 1, ...extra.$metadata } });
}

/** An error of the system. */
function systemError(code, syscall) {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall, $metadata: { attempts: 1 } });
}

module.exports = { FakeKinesis, sdkError, systemError };
