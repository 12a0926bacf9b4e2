import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { end, start } from './children.js';
import type { Site } from './contestant.js';
import { onPath } from './native.js';
import type { Figures } from './plan.js';

const COMMAND = 'trace -P icmp-paris -q 1 127.0.0.1';
/** Milliseconds until scamper must be there, and until a trace must be done: the C controller needs 44. */
const PATIENCE = 20_000;
const PATIENCE_EACH = 500;

/** Whether the programs are there, and may send probes. */
export function canTrace(): boolean {
  return onPath('scamper') !== undefined && onPath('sc_attach') !== undefined && process.geteuid?.() === 0;
}

async function until<T>(found: () => T | undefined): Promise<T> {
  const limit = performance.now() + PATIENCE;
  for (;;) {
    const value = found();
    if (value !== undefined) return value;
    if (performance.now() > limit) throw new Error('scamper did not appear');
    await sleep(20);
  }
}

/** Has the real sc_attach run traces on the real scamper, through the controller or directly. */
export async function traces(site: Site, count: number, direct: boolean, core: number | undefined): Promise<Figures> {
  if (direct) {
    await until(() => (existsSync(site.pipePath) ? true : undefined));
    return attach(['-U', site.pipePath], site, count, core);
  }
  // The controller may not listen yet; scamper would come back half a minute later.
  await sleep(1_000);
  const scamper = start('scamper', ['-p', '10000', '-R', `127.0.0.1:${site.port}`], core, {
    cwd: site.folder,
    stdio: 'ignore',
  });
  try {
    const name = await until(() => readdirSync(site.directory)[0]);
    await sleep(200); // scamper must have learned that it is attached
    return await attach(['-R', join(site.directory, name)], site, count, core);
  } finally {
    await end(scamper);
  }
}

async function attach(
  where: readonly string[],
  { folder }: Site,
  count: number,
  core: number | undefined,
): Promise<Figures> {
  writeFileSync(join(folder, 'commands'), `${COMMAND}\n`.repeat(count));
  const began = performance.now();
  const args = [...where, '-i', 'commands', '-o', 'out.warts'];
  const child = start('sc_attach', args, core, { cwd: folder, stdio: 'ignore' });
  const limit = setTimeout(() => child.kill('SIGKILL'), PATIENCE + count * PATIENCE_EACH);
  await ended(child);
  clearTimeout(limit);
  const seconds = (performance.now() - began) / 1000;
  const failed = child.exitCode !== 0 || statSync(join(folder, 'out.warts')).size < count * 20;
  if (failed) throw new Error('sc_attach did not bring home every trace');
  return { seconds, msPerTrace: (seconds * 1000) / count };
}

async function ended(child: ChildProcess): Promise<void> {
  await once(child, 'exit');
}
