import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import mux from '../../plugins/mux/index.js';
import { startBench } from '../../testing/index.js';
import { recordsIn } from '../../client/index.js';
import { startMux as startStrictMux } from '../client/support/strict-mux.js';
import { simulate } from '../client/support/talk.js';
import { Authority } from '../plugins/support/certificates.js';
import { type Finished, run, start, temporaryFolder } from './support/command.js';
import { measuring, simulateFleet } from './support/simulated-fleet.js';

const three = { 'ams-nl': { cc: 'NL' }, 'lhr-gb': { cc: 'GB' }, 'san-us': { cc: 'US' } };
const rtts: Readonly<Record<string, number>> = { 'ams-nl': 2_000, 'lhr-gb': 1_000, 'san-us': 0 };

const linesIn = (text: string): string[] => text.split('\n').slice(0, -1);
const jsonIn = ({ stdout }: Finished): unknown[] => linesIn(stdout).map((line) => JSON.parse(line) as unknown);

/** The last line on stderr, without its time. */
const summaryOf = ({ stderr }: Finished): string =>
  linesIn(stderr)
    .at(-1)
    ?.replace(/[\d.]+ s$/, 'n s') ?? '';

/** The kinds of the records in a file. */
const kindsIn = (octets: Buffer): number[] => recordsIn(octets).map((record) => record.readUInt16BE(2));

const startThree = () => simulateFleet(three, (name) => measuring(rtts[name]));

describe('sc-remoted run', () => {
  test('text: a line for each result, with the name of the VP; a summary; exit 0', async () => {
    const fleet = await startThree();
    const done = await run(['run', 'all', ...fleet.mux, '--', 'ping', '-c', '3', '192.0.2.9']);
    expect(linesIn(done.stdout).sort()).toEqual([
      'ams-nl: min 2.000 avg 4.000 max 6.000 ms, 3 of 3 from 192.0.2.9',
      'lhr-gb: min 1.000 avg 2.000 max 3.000 ms, 3 of 3 from 192.0.2.9',
      'san-us: no reply from 192.0.2.9 to 3',
    ]);
    expect(linesIn(done.stderr)).toHaveLength(1);
    expect(summaryOf(done)).toBe('3 VPs: 3 answered, 0 failed; 3 results, n s');
    expect(done.code).toBe(0);
  });

  test('--json: the nearest VP is found by sorting', async () => {
    const fleet = await startThree();
    const done = await run(['run', 'all', '--limit', '20', '--json', ...fleet.mux, '--', 'ping -c 3 192.0.2.9']);
    const found = jsonIn(done) as { vp: string; min?: number }[];
    const near = found.filter(({ min }) => min !== undefined).sort((a, b) => (a.min ?? 0) - (b.min ?? 0));
    expect(near.map(({ vp }) => vp)).toEqual(['lhr-gb', 'ams-nl']);
    expect(near[0]).toEqual({
      vp: 'lhr-gb',
      id: expect.any(Number),
      address: '192.0.2.1',
      command: 'ping -c 3 192.0.2.9',
      type: 'ping',
      src: '192.0.2.1',
      dst: '192.0.2.9',
      sent: 3,
      received: 3,
      min: 1,
      avg: 2,
      max: 3,
      rtts: [2, 1, 3],
    });
    expect(done.code).toBe(0);
  });

  test('other kinds of results: their size in text, as they are in JSON', async () => {
    const fleet = await startThree();
    const text = await run(['run', 'ams-nl', ...fleet.mux, '--', 'trace', '192.0.2.9']);
    expect(text.stdout).toMatch(/^ams-nl: trace 192\.0\.2\.9: \d+ octets of trace\n$/);
    const json = await run(['run', 'ams-nl', '--json', ...fleet.mux, '--', 'trace', '192.0.2.9']);
    const [line] = jsonIn(json) as { type: string; warts: string }[];
    expect(line?.type).toBe('trace');
    expect(kindsIn(Buffer.from(line?.warts ?? '', 'base64'))).toEqual([6]);
  });

  test('-f: a command a line; comments and blank lines are none; - is standard input', async () => {
    const asked: string[] = [];
    const fleet = await simulateFleet({ 'ams-nl': {} }, () => measuring(1, (command) => asked.push(command)));
    const folder = temporaryFolder();
    const commands = ['# all of them', '', 'ping 192.0.2.1', '  trace 192.0.2.2\r', 'ping 192.0.2.3'];
    writeFileSync(join(folder, 'commands'), commands.join('\n'));
    const done = await run(['run', 'all', '-f', 'commands', '--json', ...fleet.mux], { cwd: folder });
    expect(done.code).toBe(0);
    expect(asked).toEqual(['ping 192.0.2.1', 'trace 192.0.2.2', 'ping 192.0.2.3', 'done']);
    expect((jsonIn(done) as { command: string }[]).map(({ command }) => command)).toEqual(asked.slice(0, 3));
    const piped = start(['run', 'all', '-f', '-', ...fleet.mux], { stdio: 'pipe' });
    piped.child.stdin?.end('ping 192.0.2.4');
    expect((await piped.finished).stdout).toContain('from 192.0.2.4\n');
  });

  test('hundreds of commands on each', async () => {
    const fleet = await startThree();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'commands'), Array(700).fill('ping 192.0.2.9').join('\n'));
    const done = await run(['run', 'all', '-f', 'commands', '-w', 'out', ...fleet.mux], { cwd: folder });
    expect(done).toMatchObject({ code: 0, stdout: '' });
    expect(summaryOf(done)).toBe('3 VPs: 3 answered, 0 failed; 2100 results in out, n s');
    expect(linesIn(done.stderr)).toHaveLength(1);
  });

  test('--limit: on so many, whichever they are', async () => {
    const fleet = await startThree();
    const done = await run(['run', 'all', '--limit', '2', '--json', ...fleet.mux, '--', 'ping 192.0.2.9']);
    const names = jsonIn(done).map((result) => (result as { vp: string }).vp);
    expect(new Set(names).size).toBe(2);
    expect(summaryOf(done)).toMatch(/^2 VPs: /);
  });

  test('--at-once: so many at a time', async () => {
    const order: string[] = [];
    const fleet = await simulateFleet(three, (name) => measuring(1, (command) => order.push(`${name} ${command}`)));
    await run(['run', 'all', '--at-once', '1', ...fleet.mux, '--', 'ping 192.0.2.9']);
    const turns = ['ams-nl', 'lhr-gb', 'san-us'].flatMap((name) => [`${name} ping 192.0.2.9`, `${name} done`]);
    expect(order).toEqual(turns);
  });
});

describe('warts files', () => {
  test('-o: one for each VP that found something, with list, cycle and end', async () => {
    const fleet = await startThree();
    const folder = temporaryFolder();
    const done = await run(['run', 'all', '-o', 'a/b', ...fleet.mux, '--', 'ping 192.0.2.9'], { cwd: folder });
    expect(done).toMatchObject({ code: 0, stdout: '' });
    const names = readdirSync(join(folder, 'a/b')).sort();
    expect(names).toEqual(['ams-nl.warts', 'lhr-gb.warts', 'san-us.warts']);
    for (const name of names) expect(kindsIn(readFileSync(join(folder, 'a/b', name)))).toEqual([1, 2, 7, 4]);
  });

  test('-o: no name leads out of the folder', async () => {
    const evil = await startStrictMux({ instances: { 1: [[1, '../evil']] }, onOpen: (end) => simulate(end, true) });
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'out'));
    const path = 'path' in evil.where ? evil.where.path : '';
    const done = await run(['run', 'all', '-o', 'out', '--mux', path, '--', 'ping 192.0.2.9'], { cwd: folder });
    expect(done.code).toBe(0);
    expect(readdirSync(folder)).toEqual(['out']);
    expect(readdirSync(join(folder, 'out'))).toEqual(['%2E.%2Fevil.warts']);
  });

  test('-o with --json: both', async () => {
    const fleet = await startThree();
    const folder = temporaryFolder();
    const done = await run(['run', 'all', '-o', '.', '--json', ...fleet.mux, '--', 'ping 192.0.2.9'], { cwd: folder });
    expect(jsonIn(done)).toHaveLength(3);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  test('-w: all in one, each with its own list and cycle; - is standard output', async () => {
    const fleet = await startThree();
    const folder = temporaryFolder();
    const args = ['run', 'all', ...fleet.mux];
    const done = await run([...args, '-w', 'out', '--at-once', '1', '--', 'ping 192.0.2.9'], { cwd: folder });
    expect(summaryOf(done)).toBe('3 VPs: 3 answered, 0 failed; 3 results in out, n s');
    const octets = readFileSync(join(folder, 'out'));
    expect(kindsIn(octets)).toEqual([1, 2, 7, 4, 1, 2, 7, 4, 1, 2, 7, 4]);
    const lists = recordsIn(octets).filter((_record, index) => index % 4 === 0);
    expect(lists.map((record) => record.readUInt32BE(8))).toEqual([1, 2, 3]);
    const piped = start([...args, '-w', '-', '--', 'ping 192.0.2.9']);
    const pieces: Buffer[] = [];
    piped.child.stdout?.on('data', (piece: Buffer) => pieces.push(piece));
    expect((await piped.finished).code).toBe(0);
    expect(kindsIn(Buffer.concat(pieces))).toHaveLength(12);
  });

  test('what an earlier run left is replaced; a link is not followed', async () => {
    const fleet = await simulateFleet({ 'ams-nl': {}, 'lhr-gb': {} }, () => measuring());
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'out/ams-nl.warts'), 'old');
    writeFileSync(join(folder, 'precious'), 'kept');
    symlinkSync('../precious', join(folder, 'out/lhr-gb.warts'));
    await run(['run', 'all', '-o', 'out', ...fleet.mux, '--', 'ping 192.0.2.9'], { cwd: folder });
    expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('kept');
    for (const name of ['ams-nl', 'lhr-gb'])
      expect(kindsIn(readFileSync(join(folder, `out/${name}.warts`)))).toEqual([1, 2, 7, 4]);
  });

  test.each([
    ['-o', 'file', /SCR_RESULTS_FILE: file: /],
    ['-w', '.', /SCR_RESULTS_FILE: \.: /],
    ['-w', '/dev/full', /SCR_RESULTS_FILE: \/dev\/full: .*ENOSPC/],
  ])('%s %s cannot be written: told, 1, and nothing goes on', async (flag, path, told) => {
    const fleet = await startThree();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const done = await run(['run', 'all', flag, path, ...fleet.mux, '--', 'ping 192.0.2.9'], { cwd: folder });
    expect(done.stderr).toMatch(told);
    expect(done.code).toBe(1);
  });
});

describe('what goes wrong', () => {
  test('some refuse: the others answer; told with the name and the reason; 2', async () => {
    const fleet = await startThree();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'commands'), 'refuse 1\nping 192.0.2.9\n');
    const done = await run(['run', 'ams-nl', '-f', 'commands', ...fleet.mux], { cwd: folder });
    expect(done.stdout).toMatch(/^ams-nl: min/);
    expect(done.stderr).toContain(
      'sc-remoted run: SCR_COMMAND_REFUSED: ams-nl: refuse 1: the command was refused: command',
    );
    expect(done.stderr).toContain('targets are addresses, not names');
    expect(summaryOf(done)).toBe('1 VP: 0 answered, 1 failed; 1 result, n s');
    expect(done.code).toBe(2);
  });

  test('one is away: told; the others answer; 2', async () => {
    const fleet = await startThree();
    fleet.scampers.get('lhr-gb')?.cut();
    await fleet.bench.log.waitFor('instance.zombie');
    const done = await run(['run', 'all', ...fleet.mux, '--', 'ping 192.0.2.9']);
    expect(done.stderr).toMatch(/^sc-remoted run: SCR_VP_AWAY: lhr-gb: /);
    expect(summaryOf(done)).toBe('3 VPs: 2 answered, 1 failed; 2 results, n s');
    expect(done.code).toBe(2);
  });

  test('a scamper that was started again: its old self, which is away, is passed over; 0', async () => {
    const fleet = await startThree();
    fleet.scampers.get('lhr-gb')?.cut();
    await fleet.bench.log.waitFor('instance.zombie');
    await fleet.bench.attach({ monitorName: 'lhr-gb', script: measuring() });
    const folder = temporaryFolder();
    const done = await run(['run', 'lhr-gb', '-o', '.', ...fleet.mux, '--', 'ping 192.0.2.9'], { cwd: folder });
    expect(linesIn(done.stderr)).toHaveLength(1);
    expect(summaryOf(done)).toBe('1 VP: 1 answered, 0 failed; 1 result in ., n s');
    expect(readdirSync(folder)).toEqual(['lhr-gb.warts']);
    expect(done.code).toBe(0);
    const old = await run(['run', 'state=away', ...fleet.mux, '--', 'ping 192.0.2.9']);
    expect(old.stderr).toContain('SCR_VP_AWAY: lhr-gb: ');
    expect(old.code).toBe(2);
  });

  test('one goes away under way: told, with since when and what shortens it, and that it is back; others are not told of', async () => {
    const fleet = await startThree();
    const running = start(['run', 'ams-nl', ...fleet.mux, '--', 'hold 192.0.2.9']);
    const scamper = fleet.scampers.get('ams-nl');
    await scamper?.waitFor('data');
    fleet.scampers.get('lhr-gb')?.cut();
    scamper?.cut();
    const told = await running.until(({ stderr }) => (stderr.includes('\n') ? stderr : undefined));
    expect(told).toContain(
      ': ams-nl: away since 2026-01-01T00:00:00Z; waiting until it is back, or gone for good; --timeout shortens this\n',
    );
    if (scamper !== undefined) await fleet.bench.resume(scamper);
    await running.until(({ stderr }) => stderr.includes(': ams-nl: back\n') || undefined);
    running.signal('SIGINT');
    const done = await running.finished;
    expect(linesIn(done.stderr)).toHaveLength(3);
    expect(done.code).toBe(130);
  });

  test('one is lost under way: told once, what it found before is kept; 2', async () => {
    const fleet = await startThree();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'commands'), 'ping 192.0.2.9\nhold 1\nhold 2\n');
    const running = start(['run', 'ams-nl,lhr-gb', '-f', 'commands', '--json', '-o', '.', ...fleet.mux], {
      cwd: folder,
    });
    await running.until(({ stdout }) => (linesIn(stdout).length === 2 ? true : undefined));
    fleet.scampers.get('ams-nl')?.cut();
    fleet.scampers.get('lhr-gb')?.cut();
    await fleet.bench.log.waitFor('instance.zombie');
    await fleet.bench.clock.advance(30_000);
    const done = await running.finished;
    expect(linesIn(done.stderr).filter((line) => line.includes('SCR_VP_GONE: ams-nl: '))).toHaveLength(1);
    expect(summaryOf(done)).toBe('2 VPs: 0 answered, 2 failed; 2 results in ., n s');
    expect(kindsIn(readFileSync(join(folder, 'ams-nl.warts')))).toEqual([1, 2, 7]);
    expect(done.code).toBe(2);
  });

  test('--timeout halts each VP by itself and keeps what it found; 2', async () => {
    const fleet = await startThree();
    const args = ['run', 'all', '--timeout', '1s', '--at-once', '2', ...fleet.mux, '--', 'hold 192.0.2.9'];
    const done = await run(args);
    expect(linesIn(done.stdout)).toHaveLength(3);
    expect(done.stderr.match(/SCR_VP_SLOW/g)).toHaveLength(3);
    expect(summaryOf(done)).toBe('3 VPs: 0 answered, 3 failed; 3 results, n s');
    expect(done.code).toBe(2);
  });

  test('a controller that stops: told once; 4', async () => {
    const fleet = await startThree();
    const asked = run(['run', 'all', ...fleet.mux, '--', 'hold 192.0.2.9']);
    for (const scamper of fleet.scampers.values()) await scamper.waitFor('data');
    await fleet.bench.stop();
    const done = await asked;
    expect(linesIn(done.stderr).filter((line) => line.includes('SCR_'))).toEqual([
      expect.stringContaining('SCR_STOPPED'),
    ]);
    expect(done.code).toBe(4);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s: halts, keeps what came, tells; 130', async (signal) => {
    const fleet = await startThree();
    const folder = temporaryFolder();
    const running = start(['run', 'all', '-o', '.', ...fleet.mux, '--', 'hold 192.0.2.9'], { cwd: folder });
    for (const scamper of fleet.scampers.values()) await scamper.waitFor('data');
    running.signal(signal);
    const done = await running.finished;
    expect(readdirSync(folder)).toHaveLength(3);
    expect(kindsIn(readFileSync(join(folder, 'ams-nl.warts')))).toEqual([1, 2, 7]);
    expect(summaryOf(done)).toBe('3 VPs: 0 answered, 0 failed, 3 not done; 3 results in ., n s');
    expect(done.code).toBe(130);
  });

  test('a second SIGINT ends it at once', async () => {
    const fleet = await startThree();
    const running = start(['run', 'ams-nl', ...fleet.mux, '--', 'hold 192.0.2.9']);
    const scamper = fleet.scampers.get('ams-nl');
    await scamper?.waitFor('data');
    scamper?.stall(); // it cannot be halted
    running.signal('SIGINT');
    running.signal('SIGINT');
    expect(await running.finished).toMatchObject({ code: 130, stdout: '' });
  });

  test('nobody reads any more: it halts and ends quietly', async () => {
    const fleet = await startThree();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'commands'), 'ping 192.0.2.9\nhold 192.0.2.9\nping 192.0.2.9\n');
    const running = start(['run', 'all', '-f', 'commands', ...fleet.mux], { cwd: folder });
    running.child.stdout?.destroy();
    expect(await running.finished).toMatchObject({ code: 0, stderr: '' });
  });

  test('none is meant: 3', async () => {
    const fleet = await startThree();
    const done = await run(['run', 'cc=XX', '-w', 'out', ...fleet.mux, '--', 'ping 192.0.2.9']);
    expect(done.stderr).toMatch(/^sc-remoted run: SCR_NONE_MATCHED: of 3 vantage points: none matches; /);
    expect(done.code).toBe(3);
  });

  test('no controller: 4', async () => {
    expect(await run(['run', 'all', '--mux', 'nowhere', '--', 'ping 192.0.2.9'])).toMatchObject({ code: 4 });
  });
});

describe('over TLS', () => {
  let ca: Authority;
  beforeAll(async () => {
    ca = await Authority.create('fleet');
  });

  test('with a certificate, on what the controller lets it use', async () => {
    const folder = temporaryFolder();
    const pairs = { server: await ca.issue({ dns: ['localhost'] }), me: await ca.issue({ dns: ['me.example'] }) };
    for (const [name, { cert, key }] of Object.entries(pairs)) {
      writeFileSync(join(folder, `${name}.pem`), cert);
      writeFileSync(join(folder, `${name}.key`), key);
    }
    writeFileSync(join(folder, 'ca.pem'), ca.cert);
    const file = (name: string): string => join(folder, name);
    const tls = { cert: file('server.pem'), key: file('server.key'), ca: file('ca.pem') };
    const rules = [{ match: 'ams-*', certificates: ['me.example'] }];
    const { default: access } = await import('../../plugins/access/index.js');
    const bench = await startBench([
      [access, { rules }],
      [mux, { listen: '127.0.0.1:0', tls }],
    ]);
    try {
      for (const name of ['ams-nl', 'lhr-gb']) await bench.attach({ monitorName: name, script: measuring() });
      const port = String((await bench.log.waitFor('mux.listening')).fields['port']);
      const certificates = ['-C', 'ca.pem', '-c', 'me.pem', '-p', 'me.key'];
      const args = ['run', 'all', '--mux', `tls://localhost:${port}`, ...certificates, '--', 'ping 192.0.2.9'];
      const done = await run(args, { cwd: folder });
      expect(done.stdout).toMatch(/^ams-nl: min .*\n$/);
      expect(done.stderr).toMatch(/SCR_CHANNEL_REFUSED: lhr-gb: /);
      expect(done.code).toBe(2);
    } finally {
      await bench.stop();
    }
  });
});

const usage = `usage: sc-remoted run SELECTOR [--json] [-o dir | -w file] [--limit n] [--at-once n]
                      [--timeout time] [--mux where] (-f file | -- COMMAND)
`;

test.each([
  [[], 'missing required argument'],
  [['all'], 'give a command behind --, or a file of commands with -f'],
  [['all', '-f', 'x', '--', 'ping'], 'give a command behind --, or -f, not both'],
  [['all', 'ping', '--', 'ping'], "unexpected 'ping': put the command behind --"],
  [['all', 'ping', '192.0.2.1'], "unexpected 'ping': put the command behind --"],
  [['all', 'trace', '-P', 'icmp', '192.0.2.1'], "unexpected 'trace': put the command behind --"],
  [['all', 'ping', '-c', '3', '192.0.2.1'], "unexpected 'ping': put the command behind --"],
  [['all', '-x', '--', 'ping'], "unknown option '-x'"],
  [['-x', 'all', '--', 'ping'], "unknown option '-x'"],
  [['all', '-o', 'x', '-w', 'y', '--', 'ping'], "option '-o, --output <dir>' cannot be used with option '-w, --warts"],
  [['all', '-w', '-', '--json', '--', 'ping'], 'standard output takes --json or -w -, not both'],
  [['all', '--limit', '0', '--', 'ping'], "option '--limit <n>' argument '0' is invalid. Give a number from 1 on."],
  [['all', '--timeout', '0', '--', 'ping'], 'Give seconds from 1 on, or 90s, 15m, 3h.'],
  [['all', '-f', '/dev/null'], 'there is no command in /dev/null'],
])('a mistake on the command line: %j', async (args, line) => {
  const { code, stdout, stderr } = await run(['run', ...args]);
  expect(stderr).toMatch(/^sc-remoted run: /);
  expect(stderr).toContain(line);
  expect(stderr.endsWith(usage)).toBe(true);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
});

test.each([
  [['all', '--', 'halt 1'], /SCR_COMMAND_LINE: halt 1: /],
  [['all', '-f', 'nowhere'], /SCR_INPUT_FILE: nowhere: /],
])('commands that cannot be run or read: %j', async (args, told) => {
  const folder = temporaryFolder();
  const { code, stderr } = await run(['run', '-w', 'out', ...args], { cwd: folder });
  expect(stderr).toMatch(told);
  expect(code).toBe(1);
  expect(existsSync(join(folder, 'out'))).toBe(false);
});

test('-? explains, with the exit codes', async () => {
  const { code, stdout } = await run(['run', '-?']);
  expect(code).toBe(0);
  expect(stdout).toContain('0 all answered, 1 usage, 2 some failed, 3 none matched, 4 no controller, 130 interrupted');
  expect((await run(['-?'])).stdout).toMatch(/^ {2}run SELECTOR/m);
});
