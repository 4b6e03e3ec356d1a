'use strict';

const { spawn, spawnSync } = require('node:child_process');
const { connect, createServer } = require('node:net');
const path = require('node:path');
const { checksOf } = require('../../demo/checks');
const { Ledger } = require('../../demo/ledger');
const { Workload } = require('../../demo/workload');

const isWindows = process.platform === 'win32';
const DEMO = path.join(__dirname, '..', '..', 'demo');
const TELL_CHILDREN = path.join(__dirname, '..', 'support', 'tell-children.js');
const READS_LESS = path.join(__dirname, '..', 'support', 'reads-less.js');
const TERMINAL = path.join(__dirname, '..', 'support', 'terminal.js');
const STARTED = /Kinesis endpoint: kinesis-local at http:\/\/127\.0\.0\.1:(\d+)/;

function demo(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [DEMO, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('every routing passes under throttling, and the older packages’ one would lose records to a KCL consumer', () => {
  const { status, stdout, stderr } = demo('--routing', 'all', '--records', '800', '--throttle', '40', '--json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const results = JSON.parse(stdout);
  expect(results.map(({ routing }) => routing)).toEqual(['shards', 'lanes:16', 'partitionKey', 'pinned', 'none']);
  for (const { ok, checks, userRecords, balance, delivery, aggregated, kcl, order, shards } of results) {
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect({ ok, ...userRecords, ...balance }).toEqual({
      ...{ ok: true, in: 800, out: 800, changed: 0, bytes: 200 },
      ...{ missing: 0, doubled: 0, doubledSilently: 0, misplaced: 0 },
    });
    expect(kcl).toMatchObject({ kept: 800, dropped: 0 });
    expect(kcl.first.dropped).toBeGreaterThan(0);
    expect(order.kept || !order.promised).toBe(true);
    expect(shards).toHaveLength(7);
    const fromAfter = shards.filter(({ parents }) => parents.length > 0);
    expect(fromAfter.reduce((sum, shard) => sum + shard.userRecords, 0)).toBeGreaterThan(0);
    expect(delivery).toMatchObject({ taken: 800, stored: 800, failed: 0, mayBeDuplicated: 0, answersLost: 0 });
    const { sent, throttled, retried } = delivery.entries;
    expect(throttled).toBeGreaterThan(0);
    expect({ retried, sent }).toEqual({ retried: throttled, sent: throttled + aggregated.kinesisRecords });
    expect(delivery.sentAgain).toBeGreaterThan(0);
  }
  expect(results.map(({ order }) => order.promised)).toEqual([false, true, true, false, false]);
  expect(results[4].aggregated.kinesisRecords).toBe(800);
  expect(results[3].aggregated.kinesisRecords).toBeLessThan(100);
}, 240_000);

test('answers that are lost double records, and each is announced', () => {
  const { status, stdout } = demo('--records', '3000', '--rate', '1500', '--throttle', '0', '--lose', '25', '--json');
  expect(status).toBe(0);
  const { userRecords, balance, delivery, checks } = JSON.parse(stdout);
  expect(delivery.answersLost).toBeGreaterThan(0);
  expect(delivery.entries.throttled).toBe(0);
  expect(balance.doubled).toBeGreaterThan(0);
  expect(balance).toMatchObject({ missing: 0, doubledSilently: 0, misplaced: 0 });
  expect(userRecords.out).toBeGreaterThanOrEqual(3000 + balance.doubled);
  expect(delivery.mayBeDuplicated).toBe(balance.doubled);
  expect(checks.map(({ text }) => text)).toContainEqual(expect.stringMatching(/were doubled, each of them announced/));
}, 60_000);

test('a record that does not come back fails the demo', () => {
  const { status, stdout } = spawnSync(process.execPath, ['--require', READS_LESS, DEMO, '--records', '100'], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stdout).toMatch(/✘ \d+ user records were lost/);
  expect(stdout).toMatch(/\n4 passed, 2 failed\n$/);
}, 60_000);

describe('the checks', () => {
  const held = {
    userRecords: { in: 9, out: 9, changed: 0 },
    balance: { missing: 0, doubled: 0, doubledSilently: 0, misplaced: 0 },
    order: { promised: true, kept: true, overtaken: 0 },
    delivery: { stored: 9, failed: 0, stillHeld: 0, mayBeDuplicated: 0 },
    kcl: { dropped: 0 },
  };
  const failing = (result) => checksOf({ ...held, ...result }).flatMap(({ ok, text }) => (ok ? [] : [text]));

  test('hold', () => expect(failing({})).toEqual([]));

  test.each([
    [{ delivery: { ...held.delivery, stored: 8, failed: 1 } }, /8 of 9 user records are stored, 1 failed/],
    [{ delivery: { ...held.delivery, stillHeld: 1 } }, /still holds 1/],
    [{ balance: { ...held.balance, missing: 1 } }, /1 user records were lost/],
    [{ balance: { ...held.balance, doubled: 2, doubledSilently: 1 } }, /1 were doubled without mayBeDuplicated/],
    [{ balance: { ...held.balance, misplaced: 3 } }, /3 are not where their put told/],
    [{ userRecords: { ...held.userRecords, changed: 4 } }, /4 came back changed/],
    [{ order: { promised: true, kept: false, overtaken: 5 } }, /5 were overtaken/],
    [{ kcl: { dropped: 6 } }, /would drop 6 of them/],
  ])('%j fails one', (result, text) => {
    expect(failing(result)).toEqual([expect.stringMatching(text)]);
  });

  test('order that was not promised is not checked', () => {
    expect(failing({ order: { promised: false, kept: false, overtaken: 5 } })).toEqual([]);
  });
});

describe('the ledger', () => {
  const workload = new Workload({ records: 4, size: 32 });
  const place = (sequenceNumber) => ({ sequenceNumber, subSequenceNumber: 0 });
  const result = (sequenceNumber, mayBeDuplicated = false) => ({
    ...place(sequenceNumber),
    shardId: 's',
    mayBeDuplicated,
  });
  const asRead = (n, sequenceNumber) => {
    const { partitionKey, data } = workload.record(n);
    return { partitionKey, data: Buffer.from(data), ...place(sequenceNumber) };
  };

  test('balances what was told with what was read', () => {
    const ledger = new Ledger(workload);
    ledger.stored(0, result('1'));
    ledger.read('s', asRead(0, '1')); // as told
    ledger.stored(1, result('3', true));
    ledger.read('s', asRead(1, '2'));
    ledger.read('s', asRead(1, '3')); // twice, and announced
    ledger.stored(2, result('5'));
    ledger.read('s', asRead(2, '4'));
    ledger.read('t', asRead(2, '5')); // twice, and elsewhere
    expect(ledger.balance()).toEqual({ missing: 1, doubled: 2, doubledSilently: 1, misplaced: 1 });
    expect(ledger).toMatchObject({ out: 5, changed: 0 });
  });

  test('knows what was changed', () => {
    const ledger = new Ledger(workload);
    ledger.read('s', { ...asRead(0, '1'), partitionKey: 'another' });
    ledger.read('s', { ...asRead(1, '2'), data: Buffer.from('{"id":"1","v":"x"}') });
    ledger.read('s', { ...asRead(2, '3'), data: Buffer.from('{"id":"4","v":"x"}') });
    expect(ledger).toMatchObject({ out: 3, changed: 3 });
  });

  test('knows what was overtaken', () => {
    const many = new Workload({ records: 1000, size: 32 });
    const { partitionKey } = many.record(0);
    const later = Array.from({ length: 999 }, (_, i) => i + 1).find(
      (n) => many.record(n).partitionKey === partitionKey,
    );
    const ledger = new Ledger(many);
    for (const n of [later, 0]) {
      ledger.read('s', { partitionKey, data: Buffer.from(many.record(n).data), ...place('1') });
    }
    expect(ledger.overtaken).toBe(1);
  });
});

test('in a pipe it prints plain text, and says in its last line how many checks passed', () => {
  const { status, stdout } = demo('--records', '40', '--shards', '1', '--size', '32');
  expect(status).toBe(0);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
  expect(stdout).not.toMatch(/\x1b/);
  expect(stdout).toMatch(/nothing was lost: 40 of 40 came back from the shards/);
  expect(stdout).toMatch(
    /stored 40 of 40: taken 40, in flight 0, \d+ entries retried, possibly duplicated 0, read back /,
  );
  expect(stdout).toMatch(/shard 0 split into 1 and 2, shards 1 and 2 merged into 3/);
  expect(stdout).toMatch(/\n6 passed, 0 failed\n$/);
}, 60_000);

/** What a terminal of so many columns shows in the end, and every line that it has ever shown. */
function shownOn(columns, args, environment = {}) {
  const { status, stdout } = spawnSync(process.execPath, ['--require', TERMINAL, DEMO, ...args], {
    encoding: 'utf8',
    env: { ...process.env, CI: '', COLUMNS: String(columns), TERM: 'xterm', ...environment },
  });
  expect(status).toBe(0);
  let lines = [''];
  const ever = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is told
  for (const [piece, up] of stdout.matchAll(/\x1b\[(\d+)A\x1b\[0J|\x1b\[\d+m|\n|[^\x1b\n]+/g)) {
    if (up) lines = [...lines.slice(0, -1 - Number(up)), ''];
    else if (piece === '\n') {
      ever.push(lines.at(-1));
      lines.push('');
    } else if (!piece.startsWith('\x1b')) lines[lines.length - 1] += piece;
  }
  return { lines, ever };
}

test('on a terminal it shows the shards live, and in the end the bars once, and full', () => {
  const { lines, ever } = shownOn(160, ['--records', '3000']);
  const live = /^ {2}shard +state +in flight +stored +retried +possibly duplicated +read back$/;
  expect(ever.filter((line) => live.test(line)).length).toBeGreaterThan(1);
  expect(ever.filter((line) => /^ {2}\d +(open|closed) +[\d ]+$/.test(line)).length).toBeGreaterThan(4);
  expect(ever.filter((line) => /^ {2}holds [\d ]+, the oldest for .*in flight · .*throttled$/.test(line))).not.toEqual(
    [],
  );
  expect(lines.filter((line) => live.test(line) || /holds/.test(line))).toEqual([]);
  expect(lines.filter((line) => /[█░]/.test(line))).toEqual([
    `  taken     ${'█'.repeat(40)} 3 000`,
    `  stored    ${'█'.repeat(40)} 3 000`,
    `  read back ${'█'.repeat(40)} 3 000`,
  ]);
  expect(lines.join('\n')).toMatch(
    / {2}shard +state +hash keys +Kinesis records +user records +retried +KCL keeps +with 'first' +keeps of 'first'\n/,
  );
}, 60_000);

/** Those of bars, shards and sums. */
const whileItRuns = (line) => /[█░]| {3}possibly duplicated|^ {2}\d+ +(open|closed) +[\d ]+$|^ {2}holds/.test(line);

test('a terminal of 80 columns is shown fewer columns, and no line that breaks', () => {
  const { lines, ever } = shownOn(80, ['--routing', 'all', '--records', '400', '--rate', '400']);
  expect(ever.filter(whileItRuns).length).toBeGreaterThan(15);
  expect(ever.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.join('\n')).toMatch(/ {2}shard +state +user records +KCL keeps +keeps of 'first'\n/);
  expect(lines.join('\n')).toMatch(/ {2}routing +Kinesis records +order per key +put to stored +came back\n/);
}, 120_000);

test('while it runs, no line breaks on a terminal of 40 columns either', () => {
  const { ever } = shownOn(40, ['--records', '2000']);
  expect(ever.filter(whileItRuns).length).toBeGreaterThan(6);
  expect(ever.filter(whileItRuns).filter((line) => line.length > 40)).toEqual([]);
}, 60_000);

test('where CI is set, a terminal gets plain lines', () => {
  const { lines, ever } = shownOn(80, ['--records', '200'], { CI: 'true' });
  expect(lines.filter((line) => /█/.test(line))).toEqual([]);
  expect(ever.join('\n')).toMatch(/stored 200 of 200/);
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
  [['--routing', 'random'], /^--routing random must be one of shards, lanes, partitionKey, pinned, none, /],
  [['--routing', 'lanes:0'], /^--routing lanes must be a whole number from 1 to 1024, got '0'/],
  [['--routing', 'first'], /^--routing first must be one of /],
  [['--throttle', '91'], /^--throttle must be a whole number from 0 to 90, got '91'/],
  [['--lose', '10%'], /^--lose must be a whole number from 0 to 50, got '10%'/],
  [['--rate', '0'], /^--rate must be a whole number from 1 to 1000000, got '0'/],
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
  for (const flag of ['records', 'size', 'rate', 'routing', 'throttle', 'lose', 'shards', 'port', 'json', 'help']) {
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
  const args = ['--require', TELL_CHILDREN, DEMO, '--records', '20000'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  await new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output.stdout += text;
      if (/stored \d/.test(output.stdout)) resolve(undefined);
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
    const { child, output, ended, port } = await halfway();
    expect(await isListening(port)).toBe(true);
    const from = Date.now();
    child.kill(/** @type {NodeJS.Signals} */ (signal));
    expect(await ended).toBe(isWindows ? signal : expected);
    expect(Date.now() - from).toBeLessThan(2500);
    const isTold = /\nInterrupted: [\d ]+ user records were taken, [\d ]+ stored\. Nothing is left running\.\n$/;
    expect(isTold.test(output.stdout)).toBe(typeof expected === 'number' && !isWindows);
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
