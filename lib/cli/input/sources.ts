// The inputs: files, the files of a folder, standard input, each unpacked if it is gzip, and told by its first bytes.

import { createReadStream, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isMagic } from '../dissection';
import { type Item, MOST_BYTES } from './item';
import { type TextFormat, TextReader } from './text-reader';

export type InputFormat = TextFormat | 'binary';

export interface Source {
  name: string;
  chunks(): AsyncIterable<Buffer>;
}

/** @throws if there is no such file */
export function sourcesOf(inputs: readonly string[]): Source[] {
  if (inputs.length === 0) return [STANDARD_INPUT];
  return inputs.flatMap((input) => {
    if (input === '-') return [STANDARD_INPUT];
    return filesOf(input).map((name) => ({ name, chunks: () => createReadStream(name) }));
  });
}

const STANDARD_INPUT: Source = { name: 'stdin', chunks: () => process.stdin };

function filesOf(input: string): string[] {
  if (!statSync(input).isDirectory()) return [input];
  return (
    readdirSync(input, { recursive: true, encoding: 'utf8' })
      .map((name) => path.join(input, name))
      // One that cannot be read is told of when its turn comes.
      .filter((name) => statSync(name, { throwIfNoEntry: false })?.isFile() ?? true)
      .sort()
  );
}

/** @param onBytes hears how many bytes were read, as they lie in the input */
export async function* itemsOf(
  source: Source,
  format: InputFormat | undefined,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Item> {
  const [beginning, chunks] = await begun(unpacked(counted(source.chunks(), onBytes)), 4);
  if (beginning.length === 0) return;
  if (format === 'binary' || (format === undefined && isMagic(beginning))) {
    yield await wholeRecord(chunks);
    return;
  }
  if (isUtf16(beginning)) {
    yield {
      kind: 'unreadable',
      line: 1,
      message: "the text is UTF-16, as PowerShell's > writes it: write it as UTF-8",
    };
    return;
  }
  const reader = new TextReader(format);
  let isFirst = true;
  for await (const chunk of chunks) {
    // A byte order mark is no part of the text.
    yield* reader.feed(
      isFirst && chunk.subarray(0, 3).toString('latin1') === '\xef\xbb\xbf' ? chunk.subarray(3) : chunk,
    );
    isFirst = false;
  }
  yield* reader.finish();
}

async function* counted(chunks: AsyncIterable<Buffer>, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield chunk;
  }
}

/** The chunks again, with the first bytes of them. The first chunk has so many bytes, if there are as many. */
async function begun(chunks: AsyncGenerator<Buffer>, bytes: number): Promise<[Buffer, AsyncGenerator<Buffer>]> {
  let first = Buffer.alloc(0);
  while (first.length < bytes) {
    const { value, done } = await chunks.next();
    if (done) break;
    first = Buffer.concat([first, value]);
  }
  return [first, again()];

  async function* again() {
    if (first.length > 0) yield first;
    yield* chunks;
  }
}

async function* unpacked(packed: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const [beginning, chunks] = await begun(packed, 2);
  if (beginning[0] !== 0x1f || beginning[1] !== 0x8b) {
    yield* chunks;
    return;
  }
  const gunzip = createGunzip();
  const feeding = pipeline(chunks, gunzip).catch((error) => void gunzip.destroy(error));
  yield* gunzip;
  await feeding;
}

async function wholeRecord(chunks: AsyncIterable<Buffer>): Promise<Item> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    pieces.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES)
      return { kind: 'unreadable', line: 1, message: 'larger than any Kinesis record, which has 10 MiB at most' };
  }
  return { kind: 'bytes', data: Buffer.concat(pieces), line: 1 };
}

function isUtf16(beginning: Buffer): boolean {
  return beginning.readUInt16BE(0) === 0xfffe || beginning.readUInt16BE(0) === 0xfeff;
}
