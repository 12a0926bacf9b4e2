import { expect, test } from 'vitest';
import type { PluginController } from '../../../plugin-sdk/index.js';
import { startBench } from '../../../testing/index.js';
import { plugin } from '../support/plugins.js';

/** In an object: a promise would ask the hooks for `then`. */
async function aPlugin(): Promise<Pick<PluginController, 'hooks'>> {
  const seen: PluginController['hooks'][] = [];
  await using _bench = await startBench([plugin('asking', ({ hooks }) => void seen.push(hooks))]);
  const [hooks] = seen;
  if (hooks === undefined) throw new Error('setup did not run');
  return { hooks };
}

test('a hook that does not exist is told of, with those that do', async () => {
  const { hooks } = await aPlugin();
  expect((): unknown => Reflect.get(hooks, 'auth')).toThrow(
    new TypeError(
      'there is no hook auth; known are start, reload, stop, accept, recall, authenticate, attach, open, data, disconnect, expire, localSocket',
    ),
  );
});

test('hooks can be looked at: asked for, listed and shown', async () => {
  const { hooks } = await aPlugin();
  expect(['attach' in hooks, 'auth' in hooks]).toEqual([true, false]);
  expect(Object.keys(hooks)).toContain('localSocket');
  expect(Reflect.get(hooks, Symbol.toStringTag)).toBeUndefined();
});
