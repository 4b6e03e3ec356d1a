import type {
  KinesisWriteClient,
  ProducerError,
  ProducerLogger,
  ProducerOptions,
  ProducerRouting,
} from '../../producer';
import { KplError } from '../error';
import { refuseUnknownOptions } from '../options';

export const LARGEST_RECORD_BYTES = 10_485_760;
const MIB = 1_048_576;

/** Options as they are used: checked, with every default in its place. */
export interface Settings {
  client: KinesisWriteClient;
  stream: { StreamName?: string; StreamARN?: string };
  /** For logs and events: the name, or the ARN where there is none. */
  streamLabel: string;
  routing: ProducerRouting;
  ordered: boolean;
  detects: boolean;
  explicitHashKeys: 'keep' | 'ignore';
  nested: 'refuse' | 'keep';
  maxRecordBytes: number;
  maxAggregateBytes: number;
  maxUserRecords: number | undefined;
  maxOpenAggregates: number;
  lingerMs: number;
  recordTtlMs: number;
  requestTimeoutMs: number;
  maxRequestBytes: number;
  maxInFlightRequests: number;
  /** Percent; Infinity where there is no limit. */
  shardRateLimit: number;
  maxBufferedBytes: number;
  maxBufferedRecords: number;
  onFailure: ((failure: ProducerError) => void) | undefined;
  logger: ProducerLogger | undefined;
}

const NAMES: readonly (keyof ProducerOptions)[] = [
  'client',
  'streamName',
  'streamArn',
  'routing',
  'ordered',
  'distribution',
  'explicitHashKeys',
  'nested',
  'maxRecordBytes',
  'maxAggregateBytes',
  'maxUserRecords',
  'maxOpenAggregates',
  'lingerMs',
  'recordTtlMs',
  'requestTimeoutMs',
  'maxRequestBytes',
  'maxInFlightRequests',
  'shardRateLimit',
  'maxBufferedBytes',
  'maxBufferedRecords',
  'onFailure',
  'logger',
];

export function readOptions(options: ProducerOptions): Settings {
  refuseUnknownOptions(options, NAMES);

  const routing = readRouting(options.routing ?? 'shards');
  const detects = oneOf('distribution', options.distribution ?? 'detect', ['detect', 'partition-key']) === 'detect';
  const client = readClient(options.client, routing);
  const ordered = flag('ordered', options.ordered ?? false);
  if (ordered && (routing === 'pinned' || routing === 'none')) {
    throw wrong(
      `ordered needs routing 'shards', 'partitionKey' or { lanes }: ${routing} keeps no order per partition key`,
    );
  }
  const maxRecordBytes = whole('maxRecordBytes', options.maxRecordBytes ?? MIB, 64, LARGEST_RECORD_BYTES);
  const recordTtlMs = options.recordTtlMs ?? 30_000;
  if (recordTtlMs !== Number.POSITIVE_INFINITY) number('recordTtlMs', recordTtlMs, 100, Number.MAX_SAFE_INTEGER);
  const lingerMs = number('lingerMs', options.lingerMs ?? 100, 0, 60_000);
  if (lingerMs >= recordTtlMs)
    throw wrong(`lingerMs must be less than recordTtlMs, got ${lingerMs} and ${recordTtlMs}`);
  const { shardRateLimit = 150 } = options;

  return {
    client,
    ...readStream(options),
    routing,
    ordered,
    detects: detects && routing !== 'none',
    explicitHashKeys: oneOf('explicitHashKeys', options.explicitHashKeys ?? 'keep', ['keep', 'ignore']),
    nested: oneOf('nested', options.nested ?? 'refuse', ['refuse', 'keep']),
    maxRecordBytes,
    maxAggregateBytes: whole(
      'maxAggregateBytes',
      options.maxAggregateBytes ?? Math.min(51_200, maxRecordBytes),
      64,
      maxRecordBytes,
    ),
    maxUserRecords:
      options.maxUserRecords === undefined
        ? undefined
        : whole('maxUserRecords', options.maxUserRecords, 1, 0xffff_ffff),
    maxOpenAggregates: whole('maxOpenAggregates', options.maxOpenAggregates ?? 4096, 1, 0xffff_ffff),
    lingerMs,
    recordTtlMs,
    requestTimeoutMs: number('requestTimeoutMs', options.requestTimeoutMs ?? 10_000, 100, 600_000),
    maxRequestBytes: whole('maxRequestBytes', options.maxRequestBytes ?? MIB, 1, LARGEST_RECORD_BYTES),
    maxInFlightRequests: whole('maxInFlightRequests', options.maxInFlightRequests ?? 8, 1, 256),
    shardRateLimit:
      shardRateLimit === false
        ? Number.POSITIVE_INFINITY
        : number('shardRateLimit', shardRateLimit, 1, Number.MAX_SAFE_INTEGER),
    maxBufferedBytes: whole('maxBufferedBytes', options.maxBufferedBytes ?? 32 * MIB, 1, Number.MAX_SAFE_INTEGER),
    maxBufferedRecords: whole('maxBufferedRecords', options.maxBufferedRecords ?? 200_000, 1, 100_000_000),
    onFailure: optionalFunction('onFailure', options.onFailure),
    logger: readLogger(options.logger),
  };
}

export interface WithSignal {
  signal?: AbortSignal;
}

/** The signal among a call's options: a bound that nobody reads must not look like one. */
export function signalOf(options: WithSignal | undefined): AbortSignal | undefined {
  if (options === undefined) return undefined;
  if (isSignal(options)) throw wrong('a signal is one of the options: pass { signal }');
  refuseUnknownOptions(options, ['signal']);
  const { signal } = options;
  if (signal === undefined || isSignal(signal)) return signal;
  throw wrong(`signal must be an AbortSignal, got ${kind(signal)}`);
}

/** By what it can do, since there are several classes of that name. */
function isSignal(value: object): value is AbortSignal {
  return typeof (value as Partial<AbortSignal> | null)?.addEventListener === 'function';
}

function readStream({ streamName, streamArn }: ProducerOptions): Pick<Settings, 'stream' | 'streamLabel'> {
  for (const [name, value] of Object.entries({ streamName, streamArn })) {
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw wrong(`${name} must be a string that is not empty, got ${kind(value)}`);
    }
  }
  if (streamName?.startsWith('arn:')) throw wrong('streamName is an ARN: give it as streamArn');
  const streamLabel = streamName ?? streamArn;
  if (streamLabel === undefined) throw wrong('streamName or streamArn must be given');
  return {
    streamLabel,
    stream: {
      ...(streamName === undefined ? {} : { StreamName: streamName }),
      ...(streamArn === undefined ? {} : { StreamARN: streamArn }),
    },
  };
}

function readClient(client: KinesisWriteClient, routing: ProducerRouting): KinesisWriteClient {
  if (typeof client !== 'object' || client === null || typeof client.putRecords !== 'function') {
    throw wrong(
      'client must have a function putRecords: new Kinesis({ ... }) of @aws-sdk/client-kinesis has it, a KinesisClient needs an adapter: { putRecords: (input, options) => client.send(new PutRecordsCommand(input), options), ... }',
    );
  }
  if (routing === 'shards' && typeof client.listShards !== 'function') {
    throw wrong(
      "routing 'shards' needs a client with a function listShards; without it, use routing 'pinned' or { lanes }",
    );
  }
  return client;
}

function readRouting(routing: ProducerRouting): ProducerRouting {
  if (typeof routing === 'object' && routing !== null) {
    if ('shards' in routing)
      throw wrong("routing must be 'shards' rather than { shards }: a producer reads the map itself");
    refuseUnknownOptions(routing, ['lanes'], 'field of routing');
    return { lanes: whole('routing.lanes', routing.lanes, 1, 1024) };
  }
  if (['shards', 'pinned', 'partitionKey', 'none'].includes(routing)) return routing;
  throw wrong("routing must be 'shards', 'pinned', 'partitionKey', { lanes } or 'none'");
}

function readLogger(logger: ProducerLogger | undefined): ProducerLogger | undefined {
  if (logger === undefined) return undefined;
  if (typeof logger?.warn === 'function' && typeof logger.error === 'function') return logger;
  throw wrong('logger must have functions warn and error');
}

function optionalFunction<F>(name: string, value: F | undefined): F | undefined {
  if (value === undefined || typeof value === 'function') return value;
  throw wrong(`${name} must be a function, got ${kind(value)}`);
}

function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw wrong(`${name} must be ${allowed.map((word) => `'${word}'`).join(' or ')}`);
}

function flag(name: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(`${name} must be a boolean, got ${kind(value)}`);
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(`${name} must be a whole number from ${least} to ${most}, got ${shown(value)}`);
}

function number(name: string, value: number, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw wrong(`${name} must be a number from ${least} to ${most}, got ${shown(value)}`);
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : kind(value);
}

function kind(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

function wrong(message: string): KplError {
  return new KplError('ERR_KPL_OPTION', message);
}
