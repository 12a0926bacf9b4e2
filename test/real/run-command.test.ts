import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Program } from '../../testing/real-programs.js';
import { type Running, start } from '../cli/support/command.js';
import { type Fleet, count, startFleet, startScamper } from './support/fleet.js';
import { describeReal } from './support/programs.js';

const names = Array.from({ length: 12 }, (_, index) => `vp-${String(index + 1).padStart(2, '0')}.example`);

interface Dozen {
  readonly fleet: Fleet;
  readonly scampers: ReadonlyMap<string, Program>;
  /** Starts `sc-remoted run` in the folder of the fleet. */
  command(...args: string[]): Running;
}

/** A dozen real scampers on one mux, all attached. */
async function startDozen(args: readonly string[] = []): Promise<Dozen> {
  const fleet = await startFleet(['-M', 'mux', ...args]);
  const target = `127.0.0.1:${fleet.port}`;
  const scampers = new Map(names.map((name) => [name, startScamper(target, ['-M', name])]));
  await fleet.controller.until(({ log }) => {
    const attached = log.filter(({ event }) => event === 'instance.attached');
    return attached.length === names.length ? attached : undefined;
  });
  const mux = ['--mux', join(fleet.folder, 'mux')];
  return { fleet, scampers, command: (...given) => start(['run', ...mux, ...given], { cwd: fleet.folder }) };
}

/** What the real sc_wartsdump reads in a file. */
function dumpOf(...path: string[]): string {
  const { stdout, stderr } = spawnSync('sc_wartsdump', [join(...path)], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout;
}

const monitorsIn = (dump: string): string[] => [...dump.matchAll(/monitor: (\S+)/g)].map(([, name = '']) => name);

interface PingLine {
  readonly vp: string;
  readonly command: string;
  readonly type: string;
  readonly dst: string;
  readonly sent: number;
  readonly received: number;
  readonly min?: number;
  readonly rtts: readonly number[];
}

const jsonIn = (text: string): PingLine[] => {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as PingLine);
};

/** The pings that the real sc_warts2json reads in a file; nothing where it is not installed. */
function pingsBySomebodyElse(file: string): { dst: string; rtts: number[] }[] | undefined {
  const { stdout, error } = spawnSync('sc_warts2json', [file], { encoding: 'utf8' });
  if (error !== undefined) return undefined;
  const records = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return records
    .filter(({ type }) => type === 'ping')
    .map((record) => {
      const { dst, responses } = record as unknown as { dst: string; responses: { rtt: number }[] };
      return { dst, rtts: responses.map(({ rtt }) => rtt) };
    });
}

describeReal('sc-remoted run with a dozen real scampers', () => {
  test('which one is nearest; the times are those that sc_warts2json reads', async () => {
    const { fleet, command } = await startDozen();
    const asked = ['all', '--limit', '20', '--json', '-w', 'out.warts', '--', 'ping', '-c', '2', '127.0.0.1'];
    const done = await command(...asked).finished;
    expect(done.code).toBe(0);
    expect(done.stderr).toMatch(/^12 VPs: 12 answered, 0 failed; 12 results in out\.warts, [\d.]+ s\n$/);
    const lines = jsonIn(done.stdout);
    expect(lines.map(({ vp }) => vp).sort()).toEqual(names);
    expect(lines.filter(({ received, min }) => received === 2 && min !== undefined)).toHaveLength(12);
    const others = pingsBySomebodyElse(join(fleet.folder, 'out.warts'));
    if (others !== undefined) expect(lines.map(({ dst, rtts }) => ({ dst, rtts }))).toEqual(others);
  });

  test('pings of several kinds are read: IPv6, with data, over UDP and TCP', async () => {
    const { fleet, command } = await startDozen();
    const pings = [
      'ping -c 2 ::1',
      'ping -c 1 -p 01020304 127.0.0.2',
      'ping -c 1 -P udp 127.0.0.3',
      'ping -c 1 -P tcp-ack -d 9 127.0.0.4',
    ];
    writeFileSync(join(fleet.folder, 'pings'), pings.join('\n'));
    const done = await command('vp-01*', '-f', 'pings', '--json', '-w', 'out.warts').finished;
    expect(done).toMatchObject({ code: 0 });
    const lines = jsonIn(done.stdout);
    expect(lines.map(({ dst, type }) => [type, dst]).sort()).toEqual([
      ['ping', '127.0.0.2'],
      ['ping', '127.0.0.3'],
      ['ping', '127.0.0.4'],
      ['ping', '::1'],
    ]);
    const others = pingsBySomebodyElse(join(fleet.folder, 'out.warts'));
    if (others !== undefined) expect(lines.map(({ dst, rtts }) => ({ dst, rtts }))).toEqual(others);
  });

  test('a file for each, and one of all: every result is there, with the name of its monitor', async () => {
    const { fleet, command } = await startDozen();
    const commands = Array.from({ length: 20 }, (_, index) => `trace -P icmp-paris 127.0.0.${index + 1}`);
    writeFileSync(join(fleet.folder, 'traces'), commands.join('\n'));
    const [each, one] = [
      command('all', '-f', 'traces', '-o', 'each'),
      command('all', '-f', 'traces', '-w', 'all.warts'),
    ];
    expect((await each.finished).code).toBe(0);
    expect((await one.finished).code).toBe(0);
    const folder = join(fleet.folder, 'each');
    expect(readdirSync(folder).sort()).toEqual(names.map((name) => `${name}.warts`));
    for (const name of names) {
      const dump = dumpOf(folder, `${name}.warts`);
      expect(count(dump, 'traceroute from')).toBe(20);
      expect(new Set(monitorsIn(dump))).toEqual(new Set([name]));
      expect(dump).toContain('cycle stop');
    }
    const whole = monitorsIn(dumpOf(fleet.folder, 'all.warts'));
    const traces = names.map((name) => whole.filter((monitor) => monitor === name).length);
    expect(new Set(traces).size).toBe(1);
    expect(count(dumpOf(fleet.folder, 'all.warts'), 'traceroute from')).toBe(240);
  });

  test('one is killed under way: told, and what the others found is whole', async () => {
    const { fleet, scampers, command } = await startDozen(['-Z', '1']);
    writeFileSync(join(fleet.folder, 'pings'), 'ping -c 1 127.0.0.1\nping -c 4 127.0.0.2\n');
    const running = command('all', '-f', 'pings', '-o', 'out', '--json');
    await running.until(({ stdout }) => (jsonIn(stdout).length === names.length ? true : undefined));
    await scampers.get('vp-05.example')?.kill();
    const done = await running.finished;
    expect(done.stderr).toContain('SCR_VP_GONE: vp-05.example');
    expect(done.stderr).toMatch(/^12 VPs: 11 answered, 1 failed; 23 results in out, [\d.]+ s$/m);
    expect(done.code).toBe(2);
    for (const name of names) {
      const killed = name === 'vp-05.example';
      expect(count(dumpOf(fleet.folder, 'out', `${name}.warts`), 'ping from')).toBe(killed ? 1 : 2);
    }
  });

  test('Ctrl-C halts the measurements and keeps what came', async () => {
    const { fleet, command } = await startDozen();
    writeFileSync(join(fleet.folder, 'pings'), 'ping -c 1 127.0.0.1\nping -c 60 127.0.0.2\n');
    const running = command('all', '-f', 'pings', '-o', 'out', '--json');
    await running.until(({ stdout }) => (jsonIn(stdout).length === names.length ? true : undefined));
    running.signal('SIGINT');
    const done = await running.finished;
    expect(done.code).toBe(130);
    expect(done.stderr).toMatch(/^12 VPs: 0 answered, 0 failed, 12 not done; 24 results in out, [\d.]+ s$/m);
    for (const name of names) {
      const dump = dumpOf(fleet.folder, 'out', `${name}.warts`);
      expect(count(dump, 'ping from 127.0.0.1 to 127.0.0.2')).toBe(1);
      expect(count(dump, 'reply from')).toBeLessThan(60);
    }
  });

  test('--timeout halts and keeps', async () => {
    const { fleet, command } = await startDozen();
    const timed = await command('vp-0?*', '--timeout', '2', '-w', 'out.warts', '--', 'ping -c 60 127.0.0.1').finished;
    expect(timed.code).toBe(2);
    expect(timed.stderr.match(/SCR_VP_SLOW/g)).toHaveLength(9);
    expect(count(dumpOf(fleet.folder, 'out.warts'), 'ping from')).toBe(9);
  });
});
