import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startMux } from '../client/support/strict-mux.js';
import { Authority, locked } from '../plugins/support/certificates.js';
import { type Finished, type Running, run, start, temporaryFolder } from './support/command.js';
import { simulateFleet } from './support/simulated-fleet.js';

const three = {
  'ucsd-1': { cc: 'US', st: 'CA', place: 'San Diego', asn4: 64_496, asn6: 64_497, tags: ['wifi', 'home'] },
  'ams-nl': { cc: 'NL', asn4: 64_500, asn6: 64_500, tags: ['wifi'] },
  'lhr-gb': {},
};

/** The names in what `ls --names` printed. */
const namesIn = ({ stdout }: Pick<Finished, 'stdout'>): string[] => stdout.split('\n').slice(0, -1);

/** Waits until that many lines were printed. */
function lines(running: Running, count: number): Promise<string[]> {
  return running.until(({ stdout }) => {
    const whole = stdout.split('\n').slice(0, -1);
    return whole.length < count ? undefined : whole;
  });
}

describe('sc-remoted ls', () => {
  test('a table: all that is known, by name; exit 0', async () => {
    const { bench, mux, scampers } = await simulateFleet(three);
    scampers.get('lhr-gb')?.cut();
    await bench.log.waitFor('instance.zombie');
    const { code, stdout, stderr } = await run(['ls', ...mux]);
    expect(stderr).toBe('');
    const time = '2026-01-01T00:00:00Z';
    expect(stdout).toBe(`NAME    ADDRESS    STATE      SINCE                 PLACE              ASN          TAGS
ams-nl  192.0.2.1  connected  ${time}  NL                 64500        wifi
lhr-gb  192.0.2.1  away       ${time}  -                  -            -
ucsd-1  192.0.2.1  connected  ${time}  San Diego, CA, US  64496/64497  wifi,home
`);
    expect(code).toBe(0);
  });

  test.each([
    ['all', ['ams-nl', 'lhr-gb', 'ucsd-1']],
    ['ucsd-*', ['ucsd-1']],
    ['cc=nl+tag=wifi', ['ams-nl']],
    ['lhr-gb,tag=home', ['lhr-gb', 'ucsd-1']],
    ['state=away', []],
  ])('selector %s', async (which, names) => {
    const { mux } = await simulateFleet(three);
    const listed = await run(['ls', which, '--names', ...mux]);
    expect(namesIn(listed)).toEqual(names);
    expect(listed.code).toBe(names.length === 0 ? 3 : 0);
    if (names.length === 0) expect(listed.stderr).toMatch(/^sc-remoted ls: SCR_NONE_MATCHED: of 3 vantage points: /);
  });

  test('no VP at all: told so, whatever is asked for; 3', async () => {
    const { mux } = await simulateFleet({});
    const listed = await run(['ls', ...mux]);
    expect(listed.stderr).toMatch(/^sc-remoted ls: SCR_NO_VPS: the controller has no vantage points; /);
    expect(listed).toMatchObject({ code: 3, stdout: '' });
    const asked = await run(['run', 'cc=NL', ...mux, '--', 'ping 192.0.2.9']);
    expect(asked.stderr).toMatch(/^sc-remoted run: SCR_NO_VPS: /);
    expect(asked.code).toBe(3);
  });

  test('-? explains, with its own exit codes', async () => {
    const { code, stdout } = await run(['ls', '-?']);
    expect(stdout).toContain('\n  0 listed, 1 usage, 3 none matched, 4 no controller, 130 interrupted\n');
    expect(stdout).not.toContain('answered');
    expect(code).toBe(0);
  });

  test('--json: a line for each', async () => {
    const { mux } = await simulateFleet(three);
    const { stdout } = await run(['ls', 'ucsd-1', '--json', ...mux]);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(JSON.parse(stdout)).toEqual({
      id: expect.any(Number),
      name: 'ucsd-1',
      address: '192.0.2.1',
      state: 'connected',
      since: '2026-01-01T00:00:00.000Z',
      arrival: '2026-01-01T00:00:00.000Z',
      ...three['ucsd-1'],
    });
  });

  test('what a controller says cannot steer a terminal, or look like another line', async () => {
    const mux = await startMux({ instances: { 1: [[1, 'a\nb\t\x1b[2J\x9b1m']] } });
    const where = ['--mux', 'path' in mux.where ? mux.where.path : ''];
    const name = 'a\\u000ab\\u0009\\u001b[2J\\u009b1m';
    expect(namesIn(await run(['ls', '--names', ...where]))).toEqual([name]);
    expect((await run(['ls', ...where])).stdout.split('\n')[1]).toContain(`${name}  -`);
    const { stdout } = await run(['ls', '--json', ...where]);
    expect(stdout).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'a\nb\t\x1b[2J\x9b1m' });
  });
});

describe('sc-remoted ls --watch', () => {
  test('tells what changes, of those that are meant; SIGINT ends it with 130', async () => {
    const { bench, mux, scampers } = await simulateFleet(three);
    const watching = start(['ls', '*-*', '--watch', ...mux]);
    expect((await lines(watching, 4))[1]).toMatch(/^listed {3}ams-nl +192\.0\.2\.1 +connected/);
    const ams = scampers.get('ams-nl');
    ams?.cut();
    expect((await lines(watching, 5))[4]).toMatch(/^changed {2}ams-nl +192\.0\.2\.1 +away/);
    await bench.attach({ monitorName: 'other' });
    await bench.attach({ monitorName: 'new-one' });
    expect((await lines(watching, 6))[5]).toMatch(/^arrived {2}new-one/);
    await bench.clock.advance(30_000);
    expect((await lines(watching, 7))[6]).toMatch(/^gone {5}ams-nl/);
    watching.signal('SIGINT');
    expect(await watching.finished).toMatchObject({ code: 130, stderr: '' });
  });

  test('one that is meant no longer is told of once; --json', async () => {
    const { bench, mux, scampers } = await simulateFleet(three);
    const watching = start(['ls', 'state=connected', '--watch', '--json', ...mux]);
    await lines(watching, 3);
    scampers.get('ams-nl')?.cut();
    const told = await lines(watching, 4);
    expect(told.map((line) => JSON.parse(line) as object)).toMatchObject([
      { change: 'listed', name: 'ams-nl', state: 'connected' },
      { change: 'listed', name: 'lhr-gb' },
      { change: 'listed', name: 'ucsd-1' },
      { change: 'changed', name: 'ams-nl', state: 'away' },
    ]);
    await bench.clock.advance(30_000); // it goes for good: not told
    scampers.get('lhr-gb')?.cut();
    expect((await lines(watching, 5))[4]).toContain('"name":"lhr-gb"');
  });

  test('an empty fleet is no mistake; a lost controller is: 4', async () => {
    const { bench, mux } = await simulateFleet({});
    const watching = start(['ls', '--watch', ...mux]);
    await lines(watching, 1);
    await bench.stop();
    const { code, stderr } = await watching.finished;
    expect(code).toBe(4);
    expect(stderr).toMatch(/^sc-remoted ls: SCR_MUX_LOST: .*\n$/);
  });

  test('a reader that left ends it at the next change, with 0', async () => {
    const { mux, scampers } = await simulateFleet(three);
    const watching = start(['ls', '--watch', ...mux]);
    await lines(watching, 4);
    watching.child.stdout?.destroy();
    scampers.get('ams-nl')?.cut();
    expect(await watching.finished).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('where the mux is', () => {
  test('no controller: 4, with the path', async () => {
    const { code, stderr } = await run(['ls', '--mux', 'nowhere']);
    expect(stderr).toMatch(/^sc-remoted ls: SCR_NO_CONTROLLER: nowhere: .*\n$/);
    expect(code).toBe(4);
  });

  test('--mux, else the configuration file, else SC_REMOTED_MUX, else the default path', async () => {
    const folder = temporaryFolder();
    const tried = async (args: readonly string[], mux: string): Promise<string | undefined> => {
      const { stderr } = await run(['ls', ...args], { cwd: folder, env: { ...process.env, SC_REMOTED_MUX: mux } });
      return /SCR_NO_CONTROLLER: (\S+):/.exec(stderr)?.[1];
    };
    expect(await tried([], '')).toBe('scamper-remote-mux');
    expect(await tried([], 'from-env')).toBe('from-env');
    writeFileSync(join(folder, '.sc-remotedrc.json'), JSON.stringify({ plugins: ['tcp'] }));
    expect(await tried([], 'from-env')).toBe('from-env');
    writeFileSync(join(folder, '.sc-remotedrc.json'), JSON.stringify({ plugins: [['mux', { path: 'sub/mux' }]] }));
    expect(await tried([], 'from-env')).toBe(join(folder, 'sub/mux'));
    expect(await tried(['--mux', 'mine'], 'from-env')).toBe('mine');
    expect(await tried(['--mux', 'tcp://127.0.0.1:1'], '')).toBe('127.0.0.1:1');
    expect(await tried(['--mux', '[::1]:1'], '')).toBe('[::1]:1');
    expect(await tried(['--mux', './x:1'], '')).toBe('./x:1');
  });

  test('what is no place, or takes no certificates: 1', async () => {
    const env = { ...process.env, SC_REMOTED_MUX: 'http://x:1' };
    const { code, stderr } = await run(['ls'], { env });
    expect(stderr).toMatch(/^sc-remoted ls: SCR_MUX_ADDRESS: http:\/\/x:1: /);
    expect(code).toBe(1);
    expect(await run(['ls', '--mux', 'x', '-C', 'ca.pem'])).toMatchObject({ code: 1 });
    const missing = await run(['ls', '--mux', 'tls://127.0.0.1:1', '-C', 'ca.pem']);
    expect(missing.stderr).toMatch(/^sc-remoted ls: SCR_INPUT_FILE: ca\.pem: /);
    expect(missing.code).toBe(1);
  });

  test('-c without -p: told so, and nothing of -C, which goes alone; 1', async () => {
    const { code, stderr } = await run(['ls', '--mux', 'tls://127.0.0.1:1', '-c', 'me.pem']);
    expect(stderr).toMatch(/^sc-remoted ls: SCR_FLAG_TLS: -c and -p go together; .*\n$/);
    expect(stderr).not.toContain('-C');
    expect(code).toBe(1);
  });

  test.each([
    ['another key', ['-c', 'me.pem', '-p', 'other.key'], 'other.key', 'does not belong to the certificate'],
    ['swapped', ['-c', 'me.key', '-p', 'me.pem'], 'me.key', 'what is given as certificate is a private key'],
    ['an encrypted key', ['-c', 'me.pem', '-p', 'locked.key'], 'locked.key', 'the private key is encrypted'],
    ['authorities', ['-C', 'junk'], 'junk', 'what is given as authority is no certificate'],
  ])('what TLS cannot use is told with its file: %s; 1', async (_name, flags, file, reason) => {
    const folder = temporaryFolder();
    const ca = await Authority.create('fleet');
    const [me, other] = [await ca.issue({ dns: ['me.example'] }), await ca.issue({ dns: ['me.example'] })];
    const files = {
      'me.pem': me.cert,
      'me.key': me.key,
      'other.key': other.key,
      'locked.key': locked(me.key),
      junk: 'x',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { code, stderr } = await run(['ls', '--mux', 'tls://127.0.0.1:1', ...flags], { cwd: folder });
    expect(stderr).toMatch(/^[^\n]*\n$/);
    expect(stderr.startsWith(`sc-remoted ls: SCR_MUX_CREDENTIALS: ${file}: `)).toBe(true);
    expect(stderr).toContain(reason);
    expect(code).toBe(1);
  });
});

const usage =
  'usage: sc-remoted ls [SELECTOR] [--state state] [--json | --names] [--watch] [--control path | --mux where]\n';

test.each([
  [['-x'], "unknown option '-x'"],
  [['a', 'b'], 'too many arguments. Expected 1 argument but got 2.'],
  [['--names', '--json'], "option '--names' cannot be used with option '--json'"],
  [['--names', '--watch'], "option '--names' cannot be used with option '--watch'"],
  [
    ['--mux', 'tls://x'],
    "option '--mux <where>' argument 'tls://x' is invalid. Write a path, or [tcp://|tls://]host:port.",
  ],
  [
    ['color=red'],
    "command-argument value 'color=red' is invalid for argument 'SELECTOR'. Write names, patterns, key=value; " +
      'keys are name, address, state, asn, asn4, asn6, cc, st, place, shortname, iata, tag.',
  ],
])('a mistake on the command line: %j', async (args, line) => {
  expect(await run(['ls', ...args])).toEqual({
    code: 1,
    signal: null,
    stdout: '',
    stderr: `sc-remoted ls: ${line}\n${usage}`,
  });
});
