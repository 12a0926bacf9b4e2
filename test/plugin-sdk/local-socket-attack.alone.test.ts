import * as fs from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type PluginController, listenLocal } from '../../plugin-sdk/index.js';
import { TestLog } from '../../testing/index.js';
import { folder } from '../core/support/folder.js';

/** What another user does in the directory at the worst moment: just before one of these calls. */
const attack = vi.hoisted(() => ({ before: '', run: (): void => undefined }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const attacked =
    <Arguments extends unknown[], Result>(name: string, call: (...values: Arguments) => Result) =>
    (...values: Arguments): Result => {
      if (attack.before === name) attack.run();
      return call(...values);
    };
  return {
    ...real,
    chmodSync: attacked('chmodSync', real.chmodSync),
    chownSync: attacked('chownSync', real.chownSync),
    openSync: attacked('openSync', real.openSync),
  };
});

/** All that `listenLocal` asks a controller for. */
function granting(gid: number | undefined): PluginController<never> {
  const asked = { localSocketAccess: () => ({ mode: 0o777, gid }), log: new TestLog() };
  return asked as unknown as PluginController<never>;
}

/** A directory that everybody may write to, unless its mode says otherwise. */
function place(mode = 0o777): { readonly directory: string; readonly victim: string } {
  const at = folder();
  onTestFinished(() => at[Symbol.dispose]());
  onTestFinished(() => void (attack.before = ''));
  const directory = join(at.path, 'shared');
  const victim = join(at.path, 'victim');
  fs.mkdirSync(directory);
  fs.chmodSync(directory, mode);
  fs.writeFileSync(victim, '', { mode: 0o600 });
  return { directory, victim };
}

test.each(['chmodSync', 'chownSync'])(
  'a link that appears in the place of the socket before %s has no effect on what it leads to',
  async (call) => {
    const { directory, victim } = place();
    const path = join(directory, 'socket');
    const before = fs.statSync(victim);
    attack.before = call;
    attack.run = () => {
      fs.rmSync(path, { force: true });
      fs.symlinkSync(victim, path);
    };
    const made = listenLocal(granting(process.getegid?.()), { path, onConnection: () => undefined });
    await expect(made).rejects.toMatchObject({ code: 'SCR_SOCKET_IN_USE' });
    const { mode, gid, ctimeMs } = fs.statSync(victim);
    expect({ mode, gid, ctimeMs }).toEqual({ mode: before.mode, gid: before.gid, ctimeMs: before.ctimeMs });
  },
);

test.each([
  ['which others may write to', 0o777, undefined],
  ['of our own, for a group,', 0o755, process.getegid?.()],
])(
  'in a directory %s nobody can use the socket until it has its mode, and from then on it answers',
  async (_whose, mode, gid) => {
    const { directory } = place(mode);
    const path = join(directory, 'socket');
    const seen: unknown[] = [];
    attack.before = 'chmodSync';
    attack.run = () => {
      for (const name of fs.readdirSync(directory)) seen.push(fs.statSync(join(directory, name)).mode & 0o777);
    };
    await listenLocal(granting(gid), { path, onConnection: (client) => void client.end() });
    expect(seen).toEqual([0o700]);
    await new Promise((resolve) => connect(path).on('close', resolve).resume());
  },
);

test('in a directory of our own a socket has its mode from the first moment: nothing changes it', async () => {
  const path = join(place(0o755).directory, 'socket');
  attack.before = 'chmodSync';
  attack.run = () => expect.unreachable('the mode was changed');
  await listenLocal(granting(undefined), { path, onConnection: () => undefined });
  expect(fs.statSync(path).mode & 0o777).toBe(0o777);
});

test('a folder of others in the place of the private one is not used', async () => {
  const { directory, victim } = place();
  attack.before = 'openSync';
  attack.run = () => {
    const [name = ''] = fs.readdirSync(directory);
    fs.renameSync(join(directory, name), join(directory, 'away'));
    fs.mkdirSync(join(directory, name));
    fs.chmodSync(join(directory, name), 0o777);
  };
  const path = join(directory, 'socket');
  const made = listenLocal(granting(undefined), { path, onConnection: () => undefined });
  await expect(made).rejects.toMatchObject({
    code: 'SCR_SOCKET_FAILED',
    cause: { message: 'somebody has put another folder in the place of one that was just made' },
  });
  expect(fs.existsSync(path)).toBe(false);
  expect(fs.statSync(victim).mode & 0o777).toBe(0o600);
});
