// The command's arguments, and what --help says of them.

import { parseArgs } from 'node:util';
import type { Position } from '../../index';
import { comparePositions } from '../index';
import type { InputFormat } from './input/sources';
import { UsageError } from './usage-error';

export interface CatArguments {
  command: 'cat';
  isJson: boolean;
  isRaw: boolean;
  after: Position | undefined;
  keys: readonly string[] | undefined;
}

export interface InspectArguments {
  command: 'inspect' | 'verify';
  isJson: boolean;
  listsUserRecords: boolean;
  showsData: boolean;
  shards: string | undefined;
  shard: string | undefined;
}

export type Arguments = { inputs: string[]; inputFormat: InputFormat | undefined } & (CatArguments | InspectArguments);

/** What is asked for in the place of a command. */
export type Asked = { shows: 'help' | 'usage'; help: string } | { shows: 'version' } | Arguments;

const FORMATS = ['json', 'base64', 'hex', 'binary'] as const;

const OF_ALL = {
  json: { type: 'boolean' },
  'input-format': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

const OF_CAT = {
  raw: { type: 'boolean' },
  after: { type: 'string' },
  key: { type: 'string', multiple: true },
} as const;

const OF_INSPECT = {
  shards: { type: 'string' },
  shard: { type: 'string' },
  data: { type: 'boolean' },
  'user-records': { type: 'boolean' },
} as const;

export function argumentsOf(argv: readonly string[]): Asked {
  const [command, ...rest] = argv;
  switch (command) {
    case 'cat':
      return catArguments(rest);
    case 'inspect':
    case 'verify':
      return inspectArguments(command, rest);
    case undefined:
      return { shows: 'usage', help: HELP.all };
    case '--help':
    case '-h':
    case 'help':
      return { shows: 'help', help: HELP[rest[0] as keyof typeof HELP] ?? HELP.all };
    case '--version':
      return { shows: 'version' };
    default:
      throw new UsageError(`there is no command ${command}. There are cat, inspect and verify: kinesis-agg --help`);
  }
}

function catArguments(args: string[]): Asked {
  const { values, positionals } = parsed('cat', args, { ...OF_ALL, ...OF_CAT });
  if (values.help) return { shows: 'help', help: HELP.cat };
  if (values.version) return { shows: 'version' };
  if (values.json && values.raw) throw new UsageError('--json and --raw exclude each other: JSON stands on lines');
  return {
    command: 'cat',
    inputs: positionals,
    inputFormat: formatOf(values['input-format']),
    isJson: values.json ?? false,
    isRaw: values.raw ?? false,
    after: values.after === undefined ? undefined : positionOf(values.after),
    keys: values.key,
  };
}

function inspectArguments(command: 'inspect' | 'verify', args: string[]): Asked {
  const { values, positionals } = parsed(command, args, { ...OF_ALL, ...OF_INSPECT });
  if (values.help) return { shows: 'help', help: HELP[command] };
  if (values.version) return { shows: 'version' };
  return {
    command,
    inputs: positionals,
    inputFormat: formatOf(values['input-format']),
    isJson: values.json ?? false,
    showsData: values.data ?? false,
    listsUserRecords: (values['user-records'] ?? false) || (values.data ?? false),
    shards: values.shards,
    shard: values.shard,
  };
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parsed<T extends Options>(command: string, args: string[], options: T) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    // Its second sentence, if any, is about arguments that begin with a dash.
    throw new UsageError(`${(error as Error).message}. kinesis-agg ${command} --help says what there is`);
  }
}

function formatOf(text: string | undefined): InputFormat | undefined {
  const format = FORMATS.find((name) => name === text);
  if (text !== undefined && format === undefined)
    throw new UsageError(`--input-format must be one of ${FORMATS.join(', ')}`);
  return format;
}

/** `SEQ` or `SEQ:SUB`. */
function positionOf(text: string): Position {
  const [, sequenceNumber, sub] = /^([0-9]+)(?::([0-9]+))?$/.exec(text) ?? [];
  if (sequenceNumber === undefined) {
    throw new UsageError('--after must be a sequence number, with :SUB for a sub-sequence number, such as 4959…:3');
  }
  const position = { sequenceNumber, subSequenceNumber: sub === undefined ? null : Number(sub) };
  // What the package says of it, before anything is read.
  comparePositions(position, position);
  return position;
}

const INPUTS = `INPUT is a file, a folder (all its files, by name) or - for standard input,
which is also read if there is none. It is told by its content: JSON of
GetRecords, Lambda, Pipes, Firehose, SubscribeToShard or the multi-language KCL,
one value or many; lines of base64 or hexadecimal; one binary record; any of
these in gzip.`;

const OPTIONS_OF_ALL = `  --input-format json|base64|hex|binary
                      what the input is, if its content would mislead
  --help, --version`;

const OPTIONS_OF_INSPECT = `  --json              one Kinesis record a line, as JSON
  --user-records      list the user records of each
  --data              and show their data: payloads are private by default
  --shards FILE       the output of aws kinesis list-shards: what a KCL drops is
                      then known
  --shard ID          the shard that the records lie in, whatever they say
${OPTIONS_OF_ALL}`;

const HELP = {
  all: `Usage: kinesis-agg COMMAND [OPTIONS] [INPUT...]

  cat       the data of every user record, one a line
  inspect   a table of the Kinesis records: what they hold, what is broken, what
            a KCL does with them
  verify    only those that are broken or that a KCL is sure to drop

${INPUTS}

kinesis-agg COMMAND --help says more. Exit codes: 0; 1 if verify found
something; 2 for wrong usage and for input that cannot be read.
`,
  cat: `Usage: kinesis-agg cat [OPTIONS] [INPUT...]

The data of every user record and a line feed.

  --json              one user record a line, as JSON, with keys and numbers
  --raw               no line feeds
  --after SEQ[:SUB]   only what comes after this position of the shard
  --key KEY           only user records with this partition key; may be repeated
${OPTIONS_OF_ALL}

${INPUTS}
`,
  inspect: `Usage: kinesis-agg inspect [OPTIONS] [INPUT...]

A table of the Kinesis records: bytes, user records, keys, hash keys, checksum,
what a KCL does with them. Of a broken one it says what happened to it, and what
of it can be read.

${OPTIONS_OF_INSPECT}

${INPUTS}
`,
  verify: `Usage: kinesis-agg verify [OPTIONS] [INPUT...]

The Kinesis records that are broken or that a KCL is sure to drop. The exit code
is 1 if there are any.

${OPTIONS_OF_INSPECT}

${INPUTS}
`,
};

export { HELP };
