// `npx kinesis-agg`: looks into Kinesis records. It stands on the public face, and nobody who imports the package loads it.

import { version } from '../../package.json';
import { KplError } from '../index';
import { type Arguments, type Asked, argumentsOf, HELP } from './arguments';
import { cat } from './cat';
import { recordsOf } from './input/records';
import { sourcesOf } from './input/sources';
import { inspect } from './inspect';
import { Output } from './output';
import { UsageError } from './usage-error';

const USAGE = 2;
const INTERRUPTED = 130;

/** @returns the exit code */
async function run(argv: readonly string[], output: Output): Promise<number> {
  const asked: Asked = argumentsOf(argv);
  if ('shows' in asked) {
    if (asked.shows === 'usage') return usage(asked.help);
    process.stdout.write(asked.shows === 'help' ? asked.help : `${version}\n`);
    return 0;
  }
  const wouldWait = asked.inputs.length === 0 && process.stdin.isTTY;
  return wouldWait ? usage(HELP[asked.command]) : obey(asked, output);
}

function usage(help: string): number {
  process.stderr.write(help);
  return USAGE;
}

async function obey(args: Arguments, output: Output): Promise<number> {
  const records = recordsOf(sourcesOf(args.inputs), args.inputFormat, (bytes) => output.read(bytes));
  const code =
    args.command === 'cat' ? ((await cat(records, args, output)) ? 0 : USAGE) : await inspect(records, args, output);
  await output.end();
  return code;
}

/** What the user can mend: a wrong argument, a file that is not there. */
function isUsers(error: unknown): error is Error {
  return (
    error instanceof UsageError || error instanceof KplError || (error as NodeJS.ErrnoException).syscall !== undefined
  );
}

export async function main(): Promise<void> {
  // Whoever reads the output has seen enough: `| head -1`.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : USAGE));
  process.stderr.on('error', () => {});
  process.on('SIGINT', () => process.exit(INTERRUPTED));
  const output = new Output();
  try {
    process.exitCode = await run(process.argv.slice(2), output);
  } catch (error) {
    // Node's own exit code of an error is 1, which means that verify has found something.
    process.exitCode = USAGE;
    if (isUsers(error)) output.message(error.message);
    else process.stderr.write(`${(error as Error).stack}\n`);
  }
}
