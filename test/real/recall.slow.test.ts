import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Running, start, temporaryFolder } from '../cli/support/command.js';
import { count, measure, startScamper } from './support/fleet.js';
import { describeReal } from './support/programs.js';

const names = ['ams-nl', 'san-us', 'hlz-nz'];

/** A controller whose state is where systemd would put it. */
function startIn(folder: string, port = 0): Running {
  const env = { ...process.env, STATE_DIRECTORY: join(folder, 'state') };
  return start(['-P', `127.0.0.1:${port}`, '-U', 'sockets', '-O', 'debug'], { cwd: folder, env });
}

function of(controller: Running, event: string): string[] {
  const lines = controller.log.filter((line) => line['event'] === event);
  return lines.map((line) => String(line['monitorName'])).sort();
}

/** Waits until each has a line of this event. @returns the names of their instances */
async function each(controller: Running, event: string): Promise<string[]> {
  const lines = await Promise.all(names.map((monitorName) => controller.waitFor(event, { monitorName })));
  return lines.map((line) => String(line['instance']));
}

/** Three scampers whose controller ends by a signal, and what they do at the next one. */
async function survive(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'state'), { mode: 0o700 });
  const before = startIn(folder);
  const port = await before.port();
  for (const name of names) startScamper(`127.0.0.1:${port}`, ['-M', name]);
  const attached = await each(before, 'instance.attached');
  const commands = Array.from({ length: 30 }, (_, index) => `ping -c 50 127.0.1.${index + 1}`);
  const busy = attached.map((name) => measure(join(folder, 'sockets', name), commands));
  await before.until(({ log }) => log.filter(({ event }) => event === 'client.attached').length === 3 || undefined);
  before.signal(signal);
  await before.finished;
  await Promise.all(busy); // their controller is gone: they have ended

  const after = startIn(folder, port);
  expect(await after.waitFor('zombie.loaded')).toMatchObject({ sessions: 3 });
  const resumed = await each(after, 'instance.resumed');
  const measured = resumed.map((name) => measure(join(folder, 'sockets', name), ['ping -c 1 127.0.0.1']));
  for (const { code, dump } of await Promise.all(measured)) {
    expect(code).toBe(0);
    expect(count(dump, 'ping from 127.0.0.1 to 127.0.0.1')).toBe(1);
  }
  expect(of(after, 'connection.refused')).toEqual([]);
  expect(of(after, 'instance.attached')).toEqual([]);
  expect([...new Set(of(after, 'instance.resumed'))]).toEqual([...names].sort());
  expect(after.log.filter(({ event, recalled }) => event === 'instance.resumed' && recalled === true)).toHaveLength(3);
}

describeReal('real scampers with busy clients, and a controller that is gone', () => {
  // Side by side: scamper comes back after half a minute or a whole one.
  test('each resumes at its first attempt, and serves, after a crash and after a stop', async () => {
    await Promise.all([survive('SIGKILL'), survive('SIGTERM')]);
  });
});
