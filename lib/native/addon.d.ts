// What src/node/ exports to the JavaScript beside this file.

/** Failures are thrown as `{ code, message, recordIndex?, offset? }`: lib/error.js makes errors of them. */
export interface Addon {
  NativeAggregator: new (request: AggregatorRequest) => NativeAggregator;
  hashKey(partitionKey: string): string;
  isAggregated(data: Uint8Array): boolean;
  /** What computes digests on this machine: `avx2`, `sse2`, `neon` or `portable`. */
  md5Path(): string;
  /** The table that src/deaggregate lays out. Explicit hash keys that a routing wrote are shown where there is no partition key. */
  readRecords(records: Uint8Array[], partitionKeys: (string | null)[], options: ReadOptions): Uint32Array;
  readRecordsAsync(records: Uint8Array[], partitionKeys: (string | null)[], options: ReadOptions): Promise<Uint32Array>;
  /** Keys of which some are not UTF-8, as Java reads them; `spans` is the part of the table that lists them. */
  keysAsText(payload: Uint8Array, spans: Uint32Array): string[];
  /** The base64 of the data of each row, end to end; `rows` is a part of the table that `payload` gave. */
  base64OfRows(payload: Uint8Array, rows: Uint32Array): string;
  codeOfBrokenRecord(outcome: number): string;
  describeBrokenRecord(
    outcome: number,
    position: number,
    payload: Uint8Array,
  ): { code: string; message: string; offset?: number };
  /** Data that begins otherwise is not an aggregate. */
  firstByteOfAggregates(): number;
  /** Fills in the MD5s of aggregates that an aggregator which tracks has closed, all computed together. */
  seal(records: Uint8Array[]): void;
  /** Calls `run` while the first word of `flag` is 1, and sets it back to 0 however `run` ends. */
  whileFlagged(flag: Uint32Array, run: () => void): void;
}

export interface ReadOptions {
  verifyChecksum: boolean;
  inspectData: boolean;
  startingHashKey: string | undefined;
  endingHashKey: string | undefined;
}

export interface AggregatorRequest {
  routing: string;
  lanes: number | undefined;
  /** First and last hash keys of the open shards, in turn. */
  shards: string[] | undefined;
  maxRecordBytes: number | undefined;
  maxAggregateBytes: number | undefined;
  maxUserRecords: number | undefined;
  maxOpenAggregates: number | undefined;
  wrapSingle: boolean | undefined;
  ignoresExplicitHashKeys: boolean;
  keepsNested: boolean;
  dropIn: boolean;
  handsOverTogether: boolean;
  /** Routing `'shards'` then needs no shards yet. */
  tracks: boolean;
}

/** Gets a closed aggregate. The core is in the middle of its work: it must not be called. */
export type Collect = (
  data: Buffer,
  partitionKey: string,
  explicitHashKey: string | null,
  userRecordCount: number,
  /** It is no lone record as it came. */
  isAggregate: boolean,
  /** 0 and none unless the aggregator tracks. */
  group: number,
  members: Uint32Array | null,
) => void;

/** `words` and `bytes` are rows, as src/node/rows.rs has them. */
export interface NativeAggregator {
  /**
   * Takes `count` rows: the first ones unseen, as a headroom promised, and those from `checked` on all or none.
   *
   * @param lastData of the last row, if it is not among the bytes
   */
  add(
    words: Uint32Array,
    bytes: Uint8Array,
    count: number,
    checked: number,
    lastData: Uint8Array | undefined,
    collect: Collect,
  ): void;
  /** What would happen to the row behind those that wait: 0, nothing closes; 1, something does; 2, it is too large. */
  fit(words: Uint32Array, bytes: Uint8Array, lastData: Uint8Array | undefined): number;
  flush(collect: Collect): void;
  clear(): void;
  setShards(bounds: string[], collect: Collect): void;
  /** Four numbers for each group: its number, the lowest ordinal, how many user records, how many bytes. */
  openGroups(): Uint32Array;
  closeGroups(groups: Uint32Array, collect: Collect): void;
  releaseGroups(groups: Uint32Array): void;
  userRecordCount(): number;
  sizeBytes(): number;
}
