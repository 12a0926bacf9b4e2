import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FakeClock, type SimScamper, type TestBench, TestLog, startBench } from '../../testing/index.js';
import zombie from '../../plugins/zombie/index.js';
import { Journal, StateFolder } from '../../plugin-sdk/index.js';
import { failingOnce, plugin } from '../core/support/plugins.js';
import { asNobody, localClient } from './support/local.js';
import { temporaryFolder } from '../cli/support/command.js';

/** Kept by a plugin under test; `directory` outlives the controllers. */
function started(directory: string, options: object = {}): Promise<TestBench> {
  return startBench([[zombie, { state: directory, ...options }]]);
}

function file(directory: string): string {
  return join(directory, 'sessions');
}

function lines(directory: string): Record<string, unknown>[] {
  return readFileSync(file(directory), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Waits until a line of the file has this in it. */
function written(directory: string, fields: object): Promise<unknown> {
  return expect.poll(() => lines(directory)).toContainEqual(expect.objectContaining(fields));
}

/** What a session is written as. */
const X = 'x'.repeat(43);

/** So many sessions that the file is written anew at the next change after their time is up. */
const MANY = 1_500;
/** When they are forgotten. */
const LONG_OVER = 180_000;

/** A controller that knows of many sessions which nobody resumes, for a minute. */
function startedWithMany(directory: string): Promise<TestBench> {
  const all = Array.from({ length: MANY }, (_, index) => `{"s":"${String(index).padStart(43, '0')}","at":1}\n`);
  writeFileSync(file(directory), `{"v":1}\n${all.join('')}`, { mode: 0o600 });
  return started(directory, { time: 60 });
}

/** What a controller that is killed leaves: its file as it is then. Its lock is free. */
async function killed(bench: TestBench, directory: string): Promise<void> {
  const left = readFileSync(file(directory));
  await bench.stop();
  writeFileSync(file(directory), left);
}

/** A scamper whose controller was killed. */
async function orphaned(directory: string, monitorName = 'foo'): Promise<SimScamper> {
  const bench = await started(directory);
  const scamper = await bench.attach({ monitorName });
  await written(directory, { n: monitorName });
  await killed(bench, directory);
  return scamper;
}

describe('with a directory for its state', () => {
  test('a session goes on after a crash, under its name, without MASTER_REJ', async () => {
    const directory = temporaryFolder();
    const scamper = await orphaned(directory);
    await using bench = await started(directory);
    expect(bench.log.of('zombie.loaded')).toMatchObject([
      { level: 'info', message: '1 session may go on', fields: { path: file(directory), sessions: 1 } },
    ]);
    expect(await bench.resume(scamper)).toBe(true);
    expect(bench.instance()).toMatchObject({ monitorName: 'foo', state: 'connected' });
    const client = bench.client();
    client.send('ping\n');
    await client.until('OK id-');
    expect(scamper.violation).toBeUndefined();
  });

  test('a session goes on after a stop', async () => {
    const directory = temporaryFolder();
    const bench = await started(directory);
    const scamper = await bench.attach({ monitorName: 'foo' });
    await bench.stop();
    await using again = await started(directory);
    expect(await again.resume(scamper)).toBe(true);
    expect(again.instance().monitorName).toBe('foo');
  });

  test('a zombie of before goes on until its time is up, and no longer', async () => {
    const directory = temporaryFolder();
    const bench = await started(directory, { time: 60 });
    const [early, late] = [await bench.attach(), await bench.attach()];
    early.cut();
    late.cut();
    await expect.poll(() => lines(directory).filter(({ until }) => until !== undefined)).toHaveLength(2);
    await bench.stop();
    await using again = await started(directory, { time: 900 });
    await again.clock.advance(59_999);
    expect(await again.resume(early)).toBe(true);
    await again.clock.advance(1);
    expect(await again.resume(late)).toBe(false);
  });

  test('who was connected has its time from the first start on, not from each', async () => {
    const directory = temporaryFolder();
    const scamper = await orphaned(directory);
    const first = await started(directory, { time: 60 });
    const [{ until } = {}] = lines(directory).slice(1);
    expect(until).toBe(first.clock.date().getTime() + 60_000);
    await killed(first, directory);
    await using second = await started(directory, { time: 900 });
    expect(lines(directory)[1]?.['until']).toBe(until);
    await second.clock.advance(61_000);
    expect(await second.resume(scamper)).toBe(false);
  });

  test('a session that is gone is told to start afresh', async () => {
    const directory = temporaryFolder();
    const bench = await started(directory, { time: 60 });
    const scamper = await bench.attach();
    const { session } = bench.instance();
    scamper.cut();
    await written(directory, { s: session, until: expect.any(Number) as unknown });
    await bench.clock.advance(61_000);
    await written(directory, { s: session, gone: true });
    await bench.stop();
    await using again = await started(directory);
    expect(lines(directory)).toEqual([{ v: 1 }]);
    expect(await again.resume(scamper)).toBe(false);
  });

  test('so is one that a plugin ends before it is back', async () => {
    const directory = temporaryFolder();
    const scamper = await orphaned(directory);
    const ending = plugin('ending', ({ hooks }) => {
      hooks.attach.tap((instance) => instance.expire({ code: 'SCR_OLD', reason: 'another one has its place' }));
    });
    await using bench = await startBench([[zombie, { state: directory }], ending]);
    await expect(bench.resume(scamper)).rejects.toThrow('ended');
    await written(directory, { gone: true });
    expect(await bench.resume(scamper)).toBe(false);
  });

  test('one that cannot be made reachable for now is not', async () => {
    const directory = temporaryFolder();
    const scamper = await orphaned(directory);
    await using bench = await startBench([[zombie, { state: directory }], failingOnce()]);
    await expect(bench.resume(scamper)).rejects.toThrow('ended');
    expect(await bench.resume(scamper)).toBe(true);
  });

  test('the file has mode 0600, and neither magic nor fingerprint in it', async () => {
    const directory = temporaryFolder();
    await using bench = await started(directory);
    const magic = Buffer.from('a secret');
    await bench.attach({ magic });
    await written(directory, { s: bench.instance().session, at: bench.instance().since.getTime() });
    const text = readFileSync(file(directory), 'latin1');
    for (const encoding of ['latin1', 'hex', 'base64', 'base64url'] as const) {
      expect(text).not.toContain(magic.toString(encoding));
    }
    expect(text).not.toContain(bench.instance().fingerprint);
    expect(statSync(file(directory)).mode & 0o777).toBe(0o600);
  });

  test('its length is bounded by the sessions that there are, not by what happened', async () => {
    const directory = temporaryFolder();
    await using bench = await started(directory);
    const scamper = await bench.attach();
    const again = async () => {
      scamper.cut();
      expect(await bench.resume(scamper)).toBe(true);
    };
    for (let round = 0; round < 1_200; round++) await again();
    await expect.poll(() => again().then(() => lines(directory).length)).toBeLessThan(1_100);
    await bench.stop();
    await using later = await started(directory);
    expect(lines(directory)).toHaveLength(2);
    expect(await later.resume(scamper)).toBe(true);
  });

  test('sessions whose time is up leave the memory, and the file when it is written anew', async () => {
    const directory = temporaryFolder();
    await using bench = await startedWithMany(directory);
    await bench.clock.advance(LONG_OVER);
    await bench.attach();
    await expect.poll(() => lines(directory).length).toBe(2);
    await written(directory, { s: bench.instance().session });
  });

  test('those whose time is not up stay', async () => {
    const directory = temporaryFolder();
    await using bench = await startedWithMany(directory);
    await bench.clock.advance(59_999);
    const scamper = await bench.attach();
    await written(directory, { s: bench.instance().session });
    expect(lines(directory)).toHaveLength(MANY + 2);
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    await expect.poll(() => lines(directory)).toHaveLength(MANY + 3); // so many may have lines that are needed no more
    expect(bench.log.of('state.written')).toEqual([]);
  });

  test('nothing but the file is left when it has stopped', async () => {
    const directory = temporaryFolder();
    const bench = await started(directory);
    await bench.attach({ monitorName: 'foo' });
    await bench.stop();
    await expect.poll(() => readdirSync(directory)).toEqual(['sessions']);
    await expect.poll(() => bench.clock.pending).toBe(0);
    expect(lines(directory)).toMatchObject([{ v: 1 }, { n: 'foo' }]);
  });

  test('nobody is served at its lock', async () => {
    const directory = temporaryFolder();
    await using _bench = await started(directory);
    await localClient(join(directory, 'lock')).end;
  });

  test('the directory is made, for this user only', async () => {
    const directory = join(temporaryFolder(), 'state');
    await using bench = await started(directory);
    expect(bench.controller.state).toBe('running');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  test('it is the one that systemd names, unless the option says otherwise', async () => {
    const directory = temporaryFolder();
    process.env['STATE_DIRECTORY'] = `${directory}:/elsewhere`;
    onTestFinished(() => void delete process.env['STATE_DIRECTORY']);
    await using bench = await startBench([zombie]);
    expect(bench.log.of('zombie.loaded').map(({ fields }) => fields['path'])).toEqual([file(directory)]);
    await using without = await startBench([[zombie, { state: '' }]]);
    expect(without.log.of('zombie.loaded')).toEqual([]);
  });

  test('where neither names one, none is kept', async () => {
    await using bench = await startBench([zombie], { directory: temporaryFolder() });
    expect(bench.log.of('zombie.loaded')).toEqual([]);
  });

  test('another one needs a restart', async () => {
    const directory = temporaryFolder();
    await using bench = await started(directory);
    await bench.controller.reload([[zombie, { state: '/elsewhere' }]]);
    expect(await bench.log.waitFor('reload.partial', { option: 'state' })).toMatchObject({
      level: 'warn',
      message: 'another state needs a restart',
    });
  });
});

const DAY = 86_400_000;
const YEARS = 20_000 * DAY;

describe('where the clock on the wall was wrong', () => {
  /** A zombie of 60 s, and the bench it is one of. */
  async function zombieOf(directory: string) {
    const bench = await started(directory, { time: 60 });
    const scamper = await bench.attach();
    const { session } = bench.instance();
    scamper.cut();
    await written(directory, { s: session, until: expect.any(Number) as unknown });
    return { bench, scamper, session };
  }

  /** The next controller, by a clock that was set by so much. */
  async function next(directory: string, ms: number): Promise<TestBench> {
    const bench = await started(directory, { time: 60 });
    bench.clock.set(ms);
    return bench;
  }

  test.each([YEARS, -YEARS])(
    'and is set by %i ms after the start, a recalled session has its time, and no more',
    async (ms) => {
      const directory = temporaryFolder();
      const { bench, scamper } = await zombieOf(directory);
      await bench.stop();
      const again = await next(directory, ms);
      await again.clock.advance(59_000);
      expect(await again.resume(scamper)).toBe(true);
      scamper.cut();
      await again.stop();
      const once = await next(directory, ms);
      await once.clock.advance(61_000);
      expect(await once.resume(scamper)).toBe(false);
      await once.stop();
    },
  );

  test.each([YEARS, -YEARS])('and is set by %i ms, the file tells the time as it is now', async (ms) => {
    const directory = temporaryFolder();
    const { bench, session } = await zombieOf(directory);
    const [before] = lines(directory).filter(({ until }) => until !== undefined);
    bench.clock.set(ms);
    await bench.attach();
    await written(directory, { s: session, until: Number(before?.['until']) + ms });
    await bench.stop();
  });

  test('and says that a session is kept for years, it is kept for three hours at most', async () => {
    const directory = temporaryFolder();
    const { bench, scamper, session } = await zombieOf(directory);
    await bench.stop();
    const now = bench.clock.date().getTime();
    writeFileSync(file(directory), `{"v":1}\n{"s":"${session}","at":${now},"until":${now + YEARS}}\n`);
    await using again = await started(directory);
    await again.clock.advance(10_800_000);
    expect(await again.resume(scamper)).toBe(false);
  });
});

describe('a file that is not as it was written', () => {
  test('one that ends in a torn line is whole', async () => {
    const directory = temporaryFolder();
    const scamper = await orphaned(directory);
    writeFileSync(file(directory), `${readFileSync(file(directory), 'utf8')}{"s":"${X}","un`);
    await using bench = await started(directory);
    expect(bench.log.of('state.damaged')).toEqual([]);
    expect(await bench.resume(scamper)).toBe(true);
  });

  test.each([
    ['damaged', (text: string) => text.replace('{"v":1}', '{"v":')],
    ['overwritten with zeros', (text: string) => text.replace('{"v":1}', '\0'.repeat(7))],
    ['missing', (text: string) => text.replace('{"v":1}\n', '')],
    ['behind an empty one', (text: string) => `\n${text}`],
  ])('where its first line is %s, what follows is read', async (what, change) => {
    const directory = temporaryFolder();
    const scamper = await orphaned(directory);
    writeFileSync(file(directory), change(readFileSync(file(directory), 'utf8')));
    await using bench = await started(directory);
    expect(bench.log.of('state.damaged')).toHaveLength(what === 'missing' ? 0 : 1);
    expect(await bench.resume(scamper)).toBe(true);
  });

  test('the copy of a damaged one takes the place of an earlier copy, and does not follow a link', async () => {
    const directory = temporaryFolder();
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    writeFileSync(elsewhere, 'kept');
    symlinkSync(elsewhere, `${file(directory)}.damaged`);
    writeFileSync(file(directory), 'hello\n', { mode: 0o600 });
    await (await started(directory)).stop();
    expect(readFileSync(elsewhere, 'utf8')).toBe('kept');
    expect(readFileSync(`${file(directory)}.damaged`, 'utf8')).toBe('hello\n');
  });

  test('lines that make no sense are passed over and counted, and the file as it was is kept', async () => {
    const directory = temporaryFolder();
    const scamper = await orphaned(directory);
    const text = readFileSync(file(directory), 'utf8');
    const unknown = `{"s":"${X}","until":4102444800000}\n{"s":"${X}","gone":true}`; // makes sense, and tells nothing
    const odd = [
      'null',
      '5',
      '{"s":5}',
      `{"s":"${X}"}`,
      `{"s":"${X}","at":"y"}`,
      '{"s":"no hash","at":1}',
      `{"s":"${X}x","at":1}`,
      `{"s":"${X}","at":1e300}`,
      `{"s":"${X}","n":5,"at":1}`,
      `{"s":"${X}","at":"2026-01-01"}`,
      `{"s":"${X}","at":1,"until":"2026-12-31"}`,
      '{"s":5,"at":1}',
      JSON.stringify({ s: /"s":"([^"]*)"/.exec(text)?.[1], gone: 'soon' }),
    ];
    writeFileSync(file(directory), `${text}${unknown}\n${odd.join('\n')}\n{"s":"z","un`, { mode: 0o600 });
    const before = readFileSync(file(directory), 'utf8');
    await using bench = await started(directory);
    const copy = `${file(directory)}.damaged`;
    expect(bench.log.of('state.damaged')).toMatchObject([
      { level: 'warn', fields: { path: file(directory), lines: odd.length, copy, code: 'SCR_STATE_DAMAGED' } },
    ]);
    expect(readFileSync(copy, 'utf8')).toBe(before);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(lines(directory)).toHaveLength(2);
    expect(await bench.resume(scamper)).toBe(true);
  });

  test('an empty one is a new one', async () => {
    const directory = temporaryFolder();
    writeFileSync(file(directory), '', { mode: 0o600 });
    await using bench = await started(directory);
    expect(bench.controller.state).toBe('running');
  });

  test('one of a later version is refused, and left as it is', async () => {
    const text = '{"v":2}\n';
    const directory = temporaryFolder();
    writeFileSync(file(directory), text, { mode: 0o600 });
    await expect(started(directory)).rejects.toMatchObject({ code: 'SCR_STATE_FORM' });
    expect(readFileSync(file(directory), 'utf8')).toBe(text);
    rmSync(file(directory));
    await (await started(directory)).stop(); // the lock was let go
  });

  test.each([
    ['that others may read', (path: string) => writeFileSync(path, '{"v":1}\n', { mode: 0o644 }), 'others may read'],
    ['that is a link', (path: string) => symlinkSync('/etc/passwd', path), 'it is a link'],
    ['that is a directory', (path: string) => mkdirSync(path), 'it is not a plain file'],
    ['that is a pipe', (path: string) => execFileSync('mkfifo', ['-m', '600', path]), 'it is not a plain file'],
    [
      'with a second name',
      (path: string) => {
        writeFileSync(`${path}.other`, '{"v":1}\n', { mode: 0o600 });
        linkSync(`${path}.other`, path);
      },
      'it has a second name',
    ],
  ])('one %s is refused', async (_what, make, why) => {
    const directory = temporaryFolder();
    make(file(directory));
    await expect(started(directory)).rejects.toMatchObject({
      code: 'SCR_STATE_SHARED',
      message: expect.stringContaining(why) as unknown,
    });
  });

  test.skipIf(process.getuid?.() !== 0)('one that somebody else owns is refused', async () => {
    const directory = temporaryFolder();
    writeFileSync(file(directory), '{"v":1}\n', { mode: 0o600 });
    chownSync(file(directory), 65_534, 65_534);
    await expect(started(directory)).rejects.toMatchObject({
      code: 'SCR_STATE_SHARED',
      message: expect.stringContaining('user 65534 owns it') as unknown,
    });
  });

  test('one that is far too long is refused, and not read', async () => {
    const directory = temporaryFolder();
    writeFileSync(file(directory), '{"v":1}\n', { mode: 0o600 });
    truncateSync(file(directory), 268_435_457);
    await expect(started(directory)).rejects.toMatchObject({ code: 'SCR_STATE_FORM' });
    expect(statSync(file(directory)).size).toBe(268_435_457);
  });

  test('what is left of an attempt to write it anew is in nobody’s way, not even as a link', async () => {
    const directory = temporaryFolder();
    const target = join(temporaryFolder(), 'target');
    writeFileSync(target, 'untouched');
    symlinkSync(target, `${file(directory)}.new`);
    await using bench = await started(directory);
    expect(bench.controller.state).toBe('running');
    expect(readFileSync(target, 'utf8')).toBe('untouched');
  });
});

describe('a directory that cannot be used', () => {
  test('others may write to it', async () => {
    const directory = temporaryFolder();
    chmodSync(directory, 0o777);
    await expect(started(directory)).rejects.toMatchObject({
      code: 'SCR_STATE_SHARED',
      message: expect.stringContaining('others may write to it') as unknown,
    });
  });

  test.skipIf(process.getuid?.() !== 0)('somebody else owns it (only root can make it)', async () => {
    const directory = temporaryFolder();
    chownSync(directory, 65_534, 65_534);
    await expect(started(directory)).rejects.toMatchObject({
      code: 'SCR_STATE_SHARED',
      message: expect.stringContaining(`${directory}: user 65534 owns it`) as unknown,
    });
  });

  test.each([
    ['/dev/null', /not a directory/],
    ['/proc/nowhere/state', /ENOENT/],
    ['/nowhere/at/all', /ENOENT/],
  ])('%s', async (directory, cause) => {
    await expect(started(directory)).rejects.toMatchObject({
      code: 'SCR_STATE',
      message: expect.stringContaining(`${directory}: `) as unknown,
      cause: { message: expect.stringMatching(cause) as unknown },
    });
  });

  test.skipIf(process.getuid?.() !== 0)('it cannot be made there (root can be somebody else)', async () => {
    const directory = temporaryFolder();
    chmodSync(directory, 0o755);
    await expect(asNobody(() => started(join(directory, 'state')))).rejects.toMatchObject({
      code: 'SCR_STATE',
      cause: { code: 'EACCES', syscall: 'mkdir' },
    });
  });

  test.skipIf(process.getuid?.() !== 0)(
    'root owns it, and lets nobody else write (root can be somebody else)',
    async () => {
      const directory = temporaryFolder();
      chmodSync(directory, 0o755);
      await expect(asNobody(() => started(directory))).rejects.toMatchObject({ code: 'SCR_STATE' });
    },
  );

  test('something has the place where the file is written anew', async () => {
    const directory = temporaryFolder();
    mkdirSync(`${file(directory)}.new`);
    await expect(started(directory)).rejects.toMatchObject({
      code: 'SCR_STATE',
      message: expect.stringContaining(directory) as unknown,
      cause: { code: 'ERR_FS_EISDIR' },
    });
    rmdirSync(`${file(directory)}.new`);
    await (await started(directory)).stop(); // the lock was let go
  });

  test('something that is no lock has the place of the lock', async () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'lock'), 'a file');
    await expect(started(directory)).rejects.toMatchObject({
      code: 'SCR_STATE',
      cause: { code: 'SCR_SOCKET_BLOCKED' },
    });
    expect(readFileSync(join(directory, 'lock'), 'utf8')).toBe('a file');
  });

  test('another controller uses it; when that has stopped it is free', async () => {
    const directory = temporaryFolder();
    const bench = await started(directory);
    await expect(started(directory)).rejects.toMatchObject({ code: 'SCR_STATE_TAKEN' });
    await bench.stop();
    await (await started(directory)).stop();
  });
});

describe('when it cannot be written', () => {
  /** The file is written anew at the next change, and nothing can have its place. */
  async function blocked(directory: string): Promise<TestBench> {
    const bench = await startedWithMany(directory);
    await bench.clock.advance(LONG_OVER);
    rmSync(file(directory));
    mkdirSync(file(directory));
    return bench;
  }

  test('that is told once, the controller goes on, and writes everything when it can', async () => {
    const directory = temporaryFolder();
    await using bench = await blocked(directory);
    await bench.attach();
    const lost = bench.instance().session;
    expect(await bench.log.waitFor('state.unwritten')).toMatchObject({
      level: 'warn',
      fields: {
        path: file(directory),
        code: 'SCR_STATE_UNWRITTEN',
        remedy: expect.any(String) as unknown,
        cause: expect.stringContaining('EISDIR') as unknown,
      },
    });
    const second = await bench.attach();
    second.cut();
    await bench.log.waitFor('instance.zombie');
    await bench.clock.advance(10_000); // in vain
    rmdirSync(file(directory));
    const later = () => bench.clock.advance(10_000).then(() => bench.log.of('state.written'));
    await expect
      .poll(later)
      .toMatchObject([
        { level: 'info', message: `${file(directory)} is written again`, fields: { path: file(directory) } },
      ]);
    expect(bench.log.of('state.unwritten')).toHaveLength(1);
    expect(lines(directory)).toHaveLength(3);
    await written(directory, { s: lost });
    await written(directory, { until: expect.any(Number) as unknown });
    await bench.attach({ monitorName: 'next' });
    await written(directory, { n: 'next' });
    expect(lines(directory)).toHaveLength(4);
  });

  test('a file that somebody removed is written again at the next change, with all that is known', async () => {
    const directory = temporaryFolder();
    await using bench = await started(directory);
    await bench.attach({ monitorName: 'before' });
    await written(directory, { n: 'before' });
    rmSync(file(directory));
    await bench.attach({ monitorName: 'after' });
    await expect.poll(() => existsSync(file(directory))).toBe(true);
    await written(directory, { n: 'after' });
    await written(directory, { n: 'before' });
    expect(bench.log.of('state.unwritten')).toEqual([]);
  });

  test('one that somebody put in its place is replaced at the next change, by all that is known', async () => {
    const directory = temporaryFolder();
    await using bench = await started(directory);
    await bench.attach({ monitorName: 'before' });
    await written(directory, { n: 'before' });
    writeFileSync(`${file(directory)}.old`, '{"v":1}\n', { mode: 0o600 });
    renameSync(`${file(directory)}.old`, file(directory));
    await bench.attach({ monitorName: 'after' });
    await written(directory, { n: 'after' });
    expect(lines(directory)).toMatchObject([{ v: 1 }, { n: 'before' }, { n: 'after' }]);
  });

  test('so it is at the stop, where nothing has changed since', async () => {
    const directory = temporaryFolder();
    const bench = await started(directory);
    const scamper = await bench.attach();
    await written(directory, { s: bench.instance().session });
    rmSync(file(directory));
    await bench.stop();
    await using again = await started(directory);
    expect(await again.resume(scamper)).toBe(true);
  });

  test('a directory that somebody moved away is told of once, and written to again when it is back', async () => {
    const directory = temporaryFolder();
    const elsewhere = `${directory}-elsewhere`;
    onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }));
    await using bench = await started(directory);
    await bench.attach();
    await written(directory, { s: bench.instance().session });
    renameSync(directory, elsewhere);
    await bench.attach({ monitorName: 'meanwhile' });
    expect((await bench.log.waitFor('state.unwritten')).fields).toMatchObject({ path: file(directory) });
    renameSync(elsewhere, directory);
    const later = () => bench.clock.advance(10_000).then(() => bench.log.of('state.written').length);
    await expect.poll(later).toBe(1);
    expect(bench.log.of('state.unwritten')).toHaveLength(1);
    await written(directory, { n: 'meanwhile' });
  });

  test('nothing half written is left', async () => {
    const directory = temporaryFolder();
    await using bench = await blocked(directory);
    await bench.attach();
    await bench.log.waitFor('state.unwritten');
    expect(readdirSync(directory).sort()).toEqual(['lock', 'sessions']);
  });
});

describe('the end of the file', () => {
  async function opened(size: number) {
    const [directory, clock, log] = [temporaryFolder(), new FakeClock(), new TestLog()];
    const journal = new Journal(new StateFolder(directory), 'sessions', { size, text: () => 'all\n' }, { log, clock });
    await journal.open();
    return { directory, clock, log, journal };
  }

  /** It is to be written anew, and nothing can have its place. */
  async function blocked() {
    const made = await opened(0);
    rmSync(file(made.directory));
    mkdirSync(file(made.directory));
    const append = (): number => {
      for (let count = 0; count < 600; count++) made.journal.append('x\n');
      return made.log.of('state.unwritten').length;
    };
    await expect.poll(append).toBe(1);
    return made;
  }

  test('what is written only then leaves no timer behind', async () => {
    const { directory, clock, journal } = await opened(1);
    journal.append('second\n');
    await journal.close();
    expect(readFileSync(file(directory), 'utf8')).toBe('all\nsecond\n');
    expect(clock.pending).toBe(0);
  });

  test('more lines than twice those that are needed, and a thousand, make room for the whole', async () => {
    const { directory, journal } = await opened(0);
    const append = async (count: number, whole: string): Promise<unknown> => {
      for (let each = 0; each < count; each++) journal.append('x\n');
      return expect.poll(() => readFileSync(file(directory), 'utf8')).toBe(whole);
    };
    await append(600, `all\n${'x\n'.repeat(600)}`);
    await append(401, `all\n${'x\n'.repeat(1_001)}`);
    await append(1, 'all\n');
    await append(1, 'all\nx\n');
    await journal.close();
  });

  test('what was written is put on the disk a second later, however much it was', async () => {
    const { directory, clock, journal } = await opened(1);
    for (let round = 1; round <= 2; round++) {
      journal.append('x\n');
      journal.append('x\n');
      await expect.poll(() => readFileSync(file(directory), 'utf8')).toBe(`all\n${'x\nx\n'.repeat(round)}`);
      await expect.poll(() => clock.pending).toBe(1);
      await clock.advance(1_000);
      expect(clock.pending).toBe(0);
    }
    await journal.close();
  });

  test('what could not be written is tried once more', async () => {
    const { directory, clock, journal } = await blocked();
    rmdirSync(file(directory));
    await journal.close();
    expect(readFileSync(file(directory), 'utf8')).toBe('all\n');
    expect(clock.pending).toBe(0);
  });

  test('in vain, it ends all the same', async () => {
    const { clock, log, journal } = await blocked();
    await journal.close();
    expect(clock.pending).toBe(0);
    expect(log.of('state.unwritten')).toHaveLength(1);
  });
});

test('100,000 sessions are loaded', async () => {
  const directory = temporaryFolder();
  const session = (index: number): string => String(index).padStart(43, 'x');
  const all = Array.from({ length: 100_000 }, (_, index) => `{"s":"${session(index)}","n":"vp-${index}","at":1}\n`);
  writeFileSync(file(directory), `{"v":1}\n${all.join('')}`, { mode: 0o600 });
  await using bench = await started(directory);
  expect(bench.log.of('zombie.loaded')).toMatchObject([
    { message: '100000 sessions may go on', fields: { sessions: 100_000 } },
  ]);
});
