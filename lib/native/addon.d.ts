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
  /** Fills in the MD5s of what aggregators that seal later have closed. */
  sealAggregates(buffers: Buffer[]): void;
  codeOfBrokenRecord(outcome: number): string;
  describeBrokenRecord(
    outcome: number,
    position: number,
    payload: Uint8Array,
  ): { code: string; message: string; offset?: number };
}

export interface ReadOptions {
  verifyChecksum: boolean;
  inspectData: boolean;
  startingHashKey: string | undefined;
  endingHashKey: string | undefined;
}

export interface AggregatorRequest {
  routing: string;
  lanes?: number;
  /** First and last hash keys of the open shards, in turn. */
  shards?: string[];
  maxRecordBytes?: number;
  maxAggregateBytes?: number;
  maxUserRecords?: number;
  maxOpenAggregates?: number;
  wrapSingle?: boolean;
  checkKeys: boolean;
  sealLater: boolean;
}

/** User records as lib/aggregate/rows.js lays them out. */
export type Layout = [rows: Uint32Array, count: number, keys: Uint8Array, data: Uint8Array];

/** For each aggregate four values: data, partition key, explicit hash key, number of user records. */
export type Closed = (Buffer | string | number | null)[] | null;

export interface NativeAggregator {
  /** All of them or none. `isCovered`: a credit promised that they are taken and close nothing. */
  add(...arguments: [...Layout, isCovered: boolean]): Closed;
  /** Bytes and user records that can be added unseen, and what each costs beyond its data and partition key. */
  credit(): [bytes: number, userRecords: number, costPerRecord: number];
  fits(...layout: Layout): boolean;
  /** Takes the one row if it closes nothing, and says whether it did. */
  join(...layout: Layout): boolean;
  joins(...layout: Layout): boolean;
  fitsWrapped(...layout: Layout): boolean;
  userRecordLen(...layout: Layout): number;
  messageBytes(): number;
  flush(): Closed;
  clear(): void;
  setShards(bounds: string[]): Closed;
  userRecordCount(): number;
  sizeBytes(): number;
}
