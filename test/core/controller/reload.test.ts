import { describe, expect, test } from 'vitest';
import { definePlugin } from '../../../plugin-sdk/index.js';
import { startBench } from '../../../testing/index.js';
import { plugin } from '../support/plugins.js';

const greeting = (heard: unknown[]) =>
  definePlugin({
    name: 'greeting',
    schema: {
      type: 'object',
      properties: { word: { type: 'string', default: 'hello' }, count: { type: 'integer', default: 1 } },
    },
    setup: ({ hooks }) => hooks.reload.tap((options) => void heard.push(options)),
  });

describe('reload', () => {
  test('gives each plugin its options as they are now, defaults filled in', async () => {
    const heard: unknown[] = [];
    const memory = plugin('memory', () => undefined);
    await using bench = await startBench([greeting(heard)]);
    await bench.controller.reload([memory, [greeting([]), { word: 'goodbye' }]]);
    expect(heard).toEqual([{ word: 'goodbye', count: 1 }]);
    expect(bench.log.of('controller.reloaded')).toMatchObject([{ message: 'reloaded', fields: { failures: 0 } }]);
  });

  test('without entries gives the options as they were', async () => {
    const heard: unknown[] = [];
    await using bench = await startBench([[greeting(heard), { count: 3 }]]);
    await bench.controller.reload();
    expect(heard).toEqual([{ word: 'hello', count: 3 }]);
  });

  test('with mistakes changes nothing and tells them all', async () => {
    const heard: unknown[] = [];
    await using bench = await startBench([greeting(heard)], { label: '/etc/sc.js' });
    const failure = await bench.controller
      .reload([[greeting([]), { word: 1, count: 'x' }]])
      .catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({
      code: 'SCR_CONFIG_INVALID',
      problems: [
        '/etc/sc.js: plugin greeting: word: expected string',
        '/etc/sc.js: plugin greeting: count: expected integer',
      ],
    });
    expect(heard).toEqual([]);
  });

  test('can be checked before, which changes nothing', async () => {
    const heard: unknown[] = [];
    await using bench = await startBench([greeting(heard)], { label: '/etc/sc.js' });
    const check = (word: unknown) => bench.controller.check([[greeting([]), { word }]]);
    await expect(check(1)).rejects.toMatchObject({
      code: 'SCR_CONFIG_INVALID',
      problems: ['/etc/sc.js: plugin greeting: word: expected string'],
    });
    await expect(check('fine')).resolves.toBeUndefined();
    expect(heard).toEqual([]);
  });

  test('lets the other plugins reload when one fails, and says what was kept', async () => {
    const heard: unknown[] = [];
    const broken = plugin('broken', ({ hooks }) => hooks.reload.tap(() => Promise.reject(new Error('no such file'))));
    await using bench = await startBench([broken, greeting(heard)]);
    await bench.controller.reload();
    expect(heard).toHaveLength(1);
    const [line] = bench.log.of('reload.failed');
    expect(line?.message).toBe('kept as it was: broken, reload: a handler failed');
    expect(line?.fields).toMatchObject({
      code: 'SCR_HOOK_FAILED',
      plugin: 'broken',
      hook: 'reload',
      cause: 'no such file',
    });
    expect(bench.log.of('controller.reloaded')).toMatchObject([
      { level: 'info', message: 'reloaded, but 1 plugin kept what it had', fields: { failures: 1 } },
    ]);
  });

  test('counts the plugins that kept what they had, not their handlers', async () => {
    const failing = (name: string) =>
      plugin(name, ({ hooks }) => {
        for (const word of ['one', 'two']) hooks.reload.tap(() => Promise.reject(new Error(word)));
      });
    await using bench = await startBench([failing('first'), failing('second')]);
    await bench.controller.reload();
    expect(bench.log.of('reload.failed')).toHaveLength(4);
    expect(bench.log.of('controller.reloaded')).toMatchObject([
      { message: 'reloaded, but 2 plugins kept what they had', fields: { failures: 2 } },
    ]);
  });

  test('says that another list of plugins takes a restart', async () => {
    const heard: unknown[] = [];
    await using bench = await startBench([greeting(heard)]);
    await bench.controller.reload([greeting([]), plugin('extra', () => undefined)]);
    expect(bench.log.of('reload.partial')[0]).toMatchObject({
      level: 'warn',
      message: 'the list of plugins changed: restart to apply it',
      fields: { before: 'memory, greeting', after: 'greeting, extra' },
    });
    expect(heard).toHaveLength(1);
  });

  test('takes a controller that runs', async () => {
    const bench = await startBench();
    await bench.stop();
    await expect(bench.controller.reload()).rejects.toMatchObject({
      code: 'SCR_CONTROLLER_STATE',
      message: 'reload while stopped: the controller is not in a state that allows this',
    });
  });
});
