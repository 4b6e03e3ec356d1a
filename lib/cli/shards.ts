// Shards, as `aws kinesis list-shards` prints them.

import { readFileSync } from 'node:fs';
import { UsageError } from './usage-error';

export interface Shard {
  id: string;
  start: bigint;
  end: bigint;
}

export class Shards {
  readonly all: readonly Shard[] | undefined;
  /** In which every record lies, whatever it says itself. */
  readonly #chosen: Shard | undefined;

  constructor(file: string | undefined, id: string | undefined) {
    if (file === undefined && id !== undefined) {
      throw new UsageError(
        '--shard needs --shards FILE, which says what the shard owns: aws kinesis list-shards --stream-name STREAM > FILE',
      );
    }
    this.all = file === undefined ? undefined : shardsIn(file);
    this.#chosen = this.all?.find((shard) => shard.id === id);
    if (id !== undefined && this.#chosen === undefined) {
      throw new UsageError(`--shard: ${file} has no such shard, but ${this.all?.map((shard) => shard.id).join(', ')}`);
    }
  }

  /** @param id what the record says */
  of(id: string | undefined): Shard | undefined {
    return this.#chosen ?? this.all?.find((shard) => shard.id === id);
  }
}

function shardsIn(file: string): Shard[] {
  const shards = listIn(file).map((shard) => {
    const { ShardId, HashKeyRange } = (shard ?? {}) as {
      ShardId?: unknown;
      HashKeyRange?: { StartingHashKey?: unknown; EndingHashKey?: unknown };
    };
    const { StartingHashKey, EndingHashKey } = HashKeyRange ?? {};
    const isDecimal = (text: unknown): text is string => typeof text === 'string' && /^[0-9]+$/.test(text);
    if (typeof ShardId !== 'string' || !isDecimal(StartingHashKey) || !isDecimal(EndingHashKey)) throw noShards(file);
    return { id: ShardId, start: BigInt(StartingHashKey), end: BigInt(EndingHashKey) };
  });
  if (shards.length === 0) throw noShards(file);
  return shards;
}

function listIn(file: string): unknown[] {
  const text = readFileSync(file, 'utf8');
  let value: { Shards?: unknown } | null;
  try {
    value = JSON.parse(text);
  } catch {
    throw noShards(file);
  }
  const list = Array.isArray(value) ? value : value?.Shards;
  if (!Array.isArray(list)) throw noShards(file);
  return list;
}

function noShards(file: string): UsageError {
  return new UsageError(
    `--shards: ${file} is not the output of aws kinesis list-shards, whose Shards have ShardId and HashKeyRange`,
  );
}
