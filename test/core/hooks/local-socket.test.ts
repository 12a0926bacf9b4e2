import { describe, expect, test } from 'vitest';
import type { InstanceView, LocalSocketAccess, LocalSocketRequest } from '../../../plugin-sdk/index.js';
import { startBench } from '../../../testing/index.js';
import { plugin } from '../support/plugins.js';

const deciding = (handler: (access: LocalSocketAccess, request: LocalSocketRequest) => unknown, name = 'access') =>
  plugin(name, ({ hooks }) => hooks.localSocket.tap(handler as () => undefined));

/** Asks, as a plugin called `export` does, who may use `/run/socket`. */
async function ask(...deciders: ReturnType<typeof deciding>[]): Promise<LocalSocketAccess> {
  let decide: ((path: string, instance?: InstanceView) => LocalSocketAccess) | undefined;
  const exporting = plugin('export', (controller) => {
    decide = (path, instance) => controller.localSocketAccess(path, instance);
  });
  await using bench = await startBench([...deciders, exporting]);
  await bench.attach();
  if (decide === undefined) throw new Error('setup did not run');
  return decide('/run/socket', bench.instance());
}

describe('localSocket', () => {
  test('is for the owner only unless a plugin says otherwise', async () => {
    expect(await ask()).toEqual({ mode: 0o700, gid: undefined });
    expect(await ask(deciding(() => undefined))).toEqual({ mode: 0o700, gid: undefined });
  });

  test('is told which socket, of which plugin, for which instance, and what was decided so far', async () => {
    const seen: unknown[] = [];
    const look = deciding(
      (access, { plugin: by, path, instance }) => void seen.push([access, by, path, instance?.name]),
    );
    await ask(
      deciding(() => ({ mode: 0o770 }), 'first'),
      look,
    );
    expect(seen).toEqual([[{ mode: 0o770, gid: undefined }, 'export', '/run/socket', '192.0.2.1:1025']]);
  });

  test('is changed by each handler in turn, what it does not name stays', async () => {
    const both = await ask(
      deciding(() => ({ mode: 0o770, gid: 5 }), 'one'),
      deciding(({ mode }) => ({ mode: mode | 0o007 }), 'two'),
      deciding(() => ({ gid: 7 }), 'three'),
    );
    expect(both).toEqual({ mode: 0o777, gid: 7 });
  });

  test('can be given back the group of the process', async () => {
    const access = await ask(
      deciding(() => ({ mode: 0o770, gid: 5 }), 'one'),
      deciding(() => ({ gid: undefined }), 'two'),
    );
    expect(access).toEqual({ mode: 0o770, gid: undefined });
  });

  test('keeps its mode where a handler names one that is undefined', async () => {
    expect(await ask(deciding(() => ({ mode: undefined, gid: 5 })))).toEqual({ mode: 0o700, gid: 5 });
  });

  test.each([{ mode: 0 }, { mode: 0o777 }, { gid: 0 }, {}])('may be %j', async (access) => {
    expect(await ask(deciding(() => access))).toEqual({ mode: 0o700, gid: undefined, ...access });
  });

  test.each([
    ['throws', () => { throw new Error('no such group'); }, 'SCR_HOOK_FAILED'], // prettier-ignore
    ['is asynchronous', async () => Promise.reject(new Error('late')), 'SCR_HOOK_RESULT'],
    ['returns null', () => null, 'SCR_HOOK_RESULT'],
    ['returns true', () => true, 'SCR_HOOK_RESULT'],
    ['returns a number', () => 0o777, 'SCR_HOOK_RESULT'],
    ['sets the set-user bit', () => ({ mode: 0o4777 }), 'SCR_HOOK_RESULT'],
    ['gives a mode with a fraction', () => ({ mode: 1.5 }), 'SCR_HOOK_RESULT'],
    ['gives a group with a fraction', () => ({ gid: 1.5 }), 'SCR_HOOK_RESULT'],
    ['returns a text', () => '770', 'SCR_HOOK_RESULT'],
    ['gives a mode below 0', () => ({ mode: -1 }), 'SCR_HOOK_RESULT'],
    ['gives a mode that is a text', () => ({ mode: '770' }), 'SCR_HOOK_RESULT'],
    ['gives a group that is a name', () => ({ gid: 'staff' }), 'SCR_HOOK_RESULT'],
    ['gives a group below 0', () => ({ gid: -1 }), 'SCR_HOOK_RESULT'],
  ])('is not decided when a handler %s', async (_what, handler, code) => {
    const failure: unknown = await ask(
      deciding(handler),
      deciding(() => ({ mode: 0o777 }), 'later'),
    ).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({
      code: 'SCR_LOCAL_ACCESS',
      message: '/run/socket: it could not be decided who may use a local socket',
      plugin: 'export',
      cause: expect.objectContaining({ code, plugin: 'access', hook: 'localSocket' }),
    });
  });
});
