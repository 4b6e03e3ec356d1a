'use strict';

const { spawn, spawnSync } = require('node:child_process');
const { connect, createServer } = require('node:net');
const path = require('node:path');

const isWindows = process.platform === 'win32';
const DEMO = path.join(__dirname, '..', '..', 'demo');
const TELL_CHILDREN = path.join(__dirname, '..', 'support', 'tell-children.js');
const TERMINAL = path.join(__dirname, '..', 'support', 'terminal.js');
const STARTED = /Kinesis endpoint: kinesis-local at http:\/\/127\.0\.0\.1:(\d+)/;

function demo(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [DEMO, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('every routing passes, and only the older packages’ one would lose records to a KCL consumer', () => {
  const { status, stdout } = demo('--routing', 'all', '--records', '1500', '--json');
  expect(status).toBe(0);
  const results = JSON.parse(stdout);
  expect(results.map(({ routing }) => routing)).toEqual(['pinned', 'lanes:16', 'shards', 'partitionKey', 'first']);
  for (const { ok, routing, userRecords, kcl, order, shards } of results) {
    expect({ ok, ...userRecords }).toEqual({
      ok: true,
      in: 1500,
      out: 1500,
      missing: 0,
      doubled: 0,
      changed: 0,
      bytes: 200,
    });
    if (routing === 'first') expect(kcl.dropped).toBeGreaterThan(0);
    else
      expect(kcl).toEqual({ kept: 1500, dropped: 0, first: { kept: expect.any(Number), dropped: expect.any(Number) } });
    expect(kcl.first.dropped).toBeGreaterThan(0);
    expect(order.kept || !order.promised).toBe(true);
    expect(shards).toHaveLength(7);
    const fromAfter = shards.filter(({ parents }) => parents.length > 0);
    expect(fromAfter.reduce((sum, shard) => sum + shard.userRecords, 0)).toBeGreaterThan(0);
  }
}, 120_000);

test('in a pipe it prints plain text', () => {
  const { status, stdout } = demo('--records', '40', '--shards', '1', '--size', '32');
  expect(status).toBe(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
  expect(stdout).not.toMatch(/\x1b/);
  expect(stdout).toMatch(/40 of 40 user records came back exactly once, unchanged/);
  expect(stdout).toMatch(/shard 0 split into 1 and 2, shards 1 and 2 merged into 3/);
}, 60_000);

/** What a terminal of so many columns shows in the end; a line that is too long is told of. */
function shownOn(columns, ...args) {
  const { status, stdout } = spawnSync(process.execPath, ['--require', TERMINAL, DEMO, ...args], {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: String(columns), TERM: 'xterm' },
  });
  expect(status).toBe(0);
  let lines = [''];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is told
  for (const [piece, up] of stdout.matchAll(/\x1b\[(\d+)A\x1b\[0J|\x1b\[\d+m|\n|[^\x1b\n]+/g)) {
    if (up) lines = [...lines.slice(0, -1 - Number(up)), ''];
    else if (piece === '\n') lines.push('');
    else if (!piece.startsWith('\x1b')) lines[lines.length - 1] += piece;
  }
  return { lines, tooLong: lines.filter((line) => line.length > columns) };
}

test('on a terminal the bars stand once, and full', () => {
  const { lines } = shownOn(150, '--records', '3000');
  expect(lines.filter((line) => /produced|consumed/.test(line))).toEqual([
    `  produced ${'█'.repeat(32)} 3 000`,
    `  consumed ${'█'.repeat(32)} 3 000`,
  ]);
  expect(lines.join('\n')).toMatch(
    / {2}shard +state +hash keys +Kinesis records +user records +KCL keeps +with 'first' +keeps of 'first'\n/,
  );
}, 60_000);

test('a narrow terminal is shown fewer columns, and no line that breaks', () => {
  const { lines, tooLong } = shownOn(80, '--routing', 'all', '--records', '3000');
  expect(tooLong).toEqual([]);
  expect(lines.join('\n')).toMatch(/ {2}shard +state +user records +KCL keeps +keeps of 'first'\n/);
  expect(lines.join('\n')).toMatch(/ {2}routing +Kinesis records +order per key +a KCL drops +came back once\n/);
}, 60_000);

test.each([[['--help']], [['--records', '3000']], [['--records', '3000', '--json']]])(
  '%j into a pipe whose reader has gone ends silently',
  async (args) => {
    const child = spawn(process.execPath, [DEMO, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    await new Promise((resolve) => child.on('close', resolve));
    expect(stderr).toBe('');
  },
  60_000,
);

test.each([
  [['--routing', 'random'], /^--routing random must be one of pinned, lanes, shards, /],
  [['--routing', 'lanes:0'], /^--routing lanes must be a whole number from 1 to 1024, got '0'/],
  [['--routing', 'pinned:4'], /^--routing pinned:4 must be one of /],
  [['--records', '0'], /^--records must be a whole number from 1 to 1000000, got '0'/],
  [['--size', '1e3'], /^--size must be a whole number from 32 to 1000000, got '1e3'/],
  [['--records', '1000000', '--size', '1000'], /more than 512 MiB/],
  [['--colour'], /^Unknown option '--colour'/],
  [['records'], /^Unexpected argument 'records'/],
])('%j is refused in a sentence', (args, sentence) => {
  const { status, stdout, stderr } = demo(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(sentence);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('--help tells of every flag', () => {
  const { status, stdout } = demo('--help');
  expect(status).toBe(0);
  for (const flag of ['records', 'size', 'routing', 'shards', 'port', 'json', 'help']) {
    expect(stdout).toContain(`--${flag}`);
  }
});

test('a busy port is refused in a sentence', async () => {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const { status, stderr } = demo('--port', String(port));
  server.close();
  expect(status).toBe(1);
  expect(stderr).toBe(`Port ${port} is in use by another program. Name another one, or none for a free one.\n`);
});

/** A demo in the middle of its work, and the process of its endpoint. */
async function halfway() {
  const args = ['--require', TELL_CHILDREN, DEMO, '--records', '60000'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  await new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output.stdout += text;
      if (/consumed/.test(output.stdout)) resolve(undefined);
    });
    ended.then(resolve);
  });
  const port = Number(STARTED.exec(output.stdout)?.[1]);
  const endpoint = Number(/^child process (\d+)$/m.exec(output.stderr)?.[1]);
  return { child, output, ended, port, endpoint };
}

/** Whether anything still listens. @param {number} port @returns {Promise<boolean>} */
function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function isGone(port) {
  for (let attempt = 0; attempt < 50 && (await isListening(port)); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return !(await isListening(port));
}

// On Windows, which has no signals, each of them ends the process at once.
test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGKILL', 'SIGKILL'],
])(
  'nothing is left running after %s',
  async (signal, expected) => {
    const { child, ended, port } = await halfway();
    expect(await isListening(port)).toBe(true);
    const from = Date.now();
    child.kill(/** @type {NodeJS.Signals} */ (signal));
    expect(await ended).toBe(isWindows ? signal : expected);
    expect(Date.now() - from).toBeLessThan(2500);
    expect(await isGone(port)).toBe(true);
  },
  60_000,
);

test('an endpoint that dies half-way ends the demo with a sentence', async () => {
  const { output, ended, port, endpoint } = await halfway();
  process.kill(endpoint, 'SIGKILL');
  expect(await ended).toBe(1);
  // On a busy machine the endpoint's own warnings stand before it.
  const how = isWindows ? 'with exit code 1' : 'by SIGKILL';
  expect(output.stderr).toContain(`The Kinesis endpoint ended ${how} while it was needed.\n`);
  expect(output.stderr).not.toMatch(/^ +at /m);
  expect(await isGone(port)).toBe(true);
}, 60_000);
