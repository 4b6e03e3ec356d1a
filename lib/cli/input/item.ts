/** One thing in an input that stands for a Kinesis record, or for several. */
export type Item = { line: number } & (
  | { kind: 'json'; text: Buffer }
  | { kind: 'bytes'; data: Buffer }
  | { kind: 'unreadable'; message: string }
);

/** Nothing that stands for a record is larger: 10 MiB in hexadecimal, with room for what stands around it. */
export const MOST_BYTES = 32 * 1024 * 1024;
