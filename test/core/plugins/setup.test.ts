import { describe, expect, test } from 'vitest';
import { createController } from '../../../core/controller.js';
import { defaultLimits } from '../../../core/contract/limits.js';
import type { PluginEntry } from '../../../core/contract/plugin.js';
import {
  type PluginController,
  ScrError,
  defineErrors,
  definePlugin,
  defineService,
} from '../../../plugin-sdk/index.js';
import { FakeClock, TestLog, settle } from '../../../testing/index.js';
import { plugin } from '../support/plugins.js';

function create(plugins: readonly PluginEntry[], more: Partial<Parameters<typeof createController>[0]> = {}) {
  return createController({ logger: new TestLog(), clock: new FakeClock(), plugins, ...more });
}

describe('setup', () => {
  test('gets the plugin’s own face and its options, defaults filled in', async () => {
    const seen: unknown[] = [];
    const log = new TestLog();
    const clock = new FakeClock();
    const mine = definePlugin({
      name: 'mine',
      version: '1.2.3',
      schema: {
        type: 'object',
        properties: { word: { type: 'string', default: 'hello' }, secret: { type: 'string', writeOnly: true } },
      },
      setup(controller, options) {
        controller.log.info({ event: 'hi' }, 'hi');
        seen.push(
          controller.name,
          controller.clock === clock,
          controller.signal.aborted,
          options,
          controller.instances(),
        );
        seen.push(controller.resolvePath('a/b'), controller.resolvePath('/c'));
      },
    });
    const controller = await create([[mine, { secret: 's' }]], { logger: log, clock, directory: '/etc/sc' });
    expect(seen).toEqual(['mine', true, false, { word: 'hello', secret: 's' }, [], '/etc/sc/a/b', '/c']);
    expect(log.of('hi')[0]?.fields).toMatchObject({ plugin: 'mine' });
    expect(controller.plugins).toEqual([
      {
        name: 'mine',
        version: '1.2.3',
        source: 'given as an object',
        options: { word: 'hello', secret: '(hidden)' },
        hooks: [],
      },
    ]);
  });

  test('that throws is SCR_PLUGIN_SETUP, with its cause', async () => {
    const cause = new Error('broken');
    const broken = plugin('broken', () => {
      throw cause;
    });
    await expect(create([broken])).rejects.toMatchObject({
      code: 'SCR_PLUGIN_SETUP',
      message: 'broken: the plugin failed in setup',
      plugin: 'broken',
      cause,
    });
  });

  test('that throws an error with a code fails with that', async () => {
    const { SCR_MINE } = defineErrors({ SCR_MINE: ['mine failed', 'mend mine'] });
    const cause = new Error('no');
    const own = new ScrError(SCR_MINE, 'port 7', { cause });
    const broken = plugin('broken', () => {
      throw own;
    });
    await expect(create([broken], { label: 'sc.js' })).rejects.toMatchObject({
      code: 'SCR_MINE',
      message: 'port 7: mine failed',
      remedy: 'mend mine',
      plugin: 'broken',
      cause,
      problems: ['sc.js: plugin broken: SCR_MINE: port 7: mine failed (no); mend mine'],
    });
  });

  test('must not be asynchronous, whether or not it would have succeeded', async () => {
    for (const setup of [() => Promise.resolve(), () => Promise.reject(new Error('too late'))]) {
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- plugins are JavaScript too
      const late = plugin('late', setup);
      await expect(create([late])).rejects.toMatchObject({
        code: 'SCR_PLUGIN_SETUP',
        plugin: 'late',
        cause: new TypeError('setup returned something; it must be synchronous and return nothing'),
      });
    }
    await settle(); // a rejection that nobody handled would fail this test
  });

  test('that asks for a hook that does not exist is told which there are', async () => {
    const misspelt = plugin('misspelt', ({ hooks }) => {
      (hooks as unknown as { auth: typeof hooks.authenticate }).auth.tap(() => undefined);
    });
    await expect(create([misspelt])).rejects.toMatchObject({
      code: 'SCR_PLUGIN_SETUP',
      cause: new TypeError(
        'there is no hook auth; known are start, reload, stop, accept, recall, authenticate, attach, open, data, disconnect, expire, localSocket',
      ),
    });
  });

  test('may give its hooks to a promise', async () => {
    const given: Promise<unknown>[] = [];
    await create([plugin('late', ({ hooks }) => void given.push(Promise.resolve(hooks)))]);
    expect(await given[0]).toHaveProperty('attach');
  });

  test('can ask whether there is a hook', async () => {
    const seen: unknown[] = [];
    await create([plugin('asking', ({ hooks }) => void seen.push('attach' in hooks, 'auth' in hooks))]);
    expect(seen).toEqual([true, false]);
  });

  test('is not reached by a plugin with wrong options; what fails in the others is told with these', async () => {
    const reached: string[] = [];
    const { SCR_MINE } = defineErrors({ SCR_MINE: ['mine failed', 'mend mine'] });
    const failing = plugin('failing', ({ hooks }) => {
      hooks.start.tap({ before: 'wrong' }, () => undefined);
      throw new ScrError(SCR_MINE, 'port 7');
    });
    const throwing = plugin('throwing', () => {
      throw new TypeError('no such thing');
    });
    const wrong = plugin('wrong', () => void reached.push('wrong'));
    const fine = plugin('fine', () => void reached.push('fine'));
    const created = create([failing, [wrong, { x: 1 }], throwing, fine, 7 as never], {
      label: 'sc.js',
    });
    await expect(created).rejects.toMatchObject({
      code: 'SCR_CONFIG_INVALID',
      cause: undefined,
      problems: [
        'sc.js: plugin wrong: x: unknown option',
        'sc.js: SCR_PLUGIN_SHAPE: an object: this is not a plugin (it is a number); its default export must be made with definePlugin',
        'sc.js: plugin failing: SCR_MINE: port 7: mine failed; mend mine',
        'sc.js: plugin throwing: SCR_PLUGIN_SETUP: throwing: the plugin failed in setup (no such thing); see the cause; fix the plugin or its options',
      ],
    });
    expect(reached).toEqual(['fine']);
  });

  test('asks nobody where nobody is there', async () => {
    let ask: PluginController['prompt'] | undefined;
    await create([
      plugin('asking', (controller) => {
        ask = controller.prompt;
      }),
    ]);
    await expect(ask?.('Passphrase: ')).rejects.toThrow(new Error('nobody can be asked: Passphrase: '));
  });

  test('asks whom the embedder names', async () => {
    let ask: PluginController['prompt'] | undefined;
    const asking = plugin('asking', (controller) => {
      ask = controller.prompt;
    });
    await create([asking], { prompt: (question) => Promise.resolve(`${question}42`) });
    expect(await ask?.('? ')).toBe('? 42');
  });
});

describe('limits', () => {
  test('have defaults', async () => {
    expect((await create([])).limits).toEqual(defaultLimits);
  });

  test('can be set one by one', async () => {
    expect((await create([], { limits: { channels: 5 } })).limits).toMatchObject({ channels: 5, handshakes: 4_096 });
  });

  test('that are wrong are told at once, together with what is wrong with plugins', async () => {
    const limits = { clientBuffer: 1, channels: 'many', chanels: 5 } as never;
    const failure: unknown = await create([[plugin('mine', () => undefined), { x: 1 }]], {
      limits,
      label: 'sc.js',
    }).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({
      code: 'SCR_CONFIG_INVALID',
      problems: [
        'sc.js: limits.chanels: unknown option; known are clientBuffer, backlogs, clientStall, sharedStall, instanceBuffer, channels, handshakes, addressHandshakes, addressRate, instances, addressInstances, ipv4Prefix, ipv6Prefix',
        'sc.js: limits.clientBuffer: must be >= 4096',
        'sc.js: limits.channels: expected integer',
        'sc.js: plugin mine: x: unknown option',
      ],
    });
  });
});

describe('services', () => {
  const greeter = defineService<(name: string) => string>('greeting/greeter');

  test('offered by one plugin are there for others from start on, whatever the order', async () => {
    const heard: unknown[] = [];
    const user = plugin('user', (user) => user.hooks.start.tap(() => void heard.push(user.use(greeter)?.('you'))));
    const provider = plugin('provider', (controller) => controller.provide(greeter, (name) => `hello ${name}`));
    const controller = await create([user, provider]);
    await controller.start();
    await controller.stop();
    expect(heard).toEqual(['hello you']);
  });

  test('that nobody offers are undefined', async () => {
    const heard: unknown[] = [];
    const controller = await create([
      plugin('user', (user) => user.hooks.start.tap(() => void heard.push(user.use(greeter)))),
    ]);
    await controller.start();
    await controller.stop();
    expect(heard).toEqual([undefined]);
  });

  test('cannot be offered twice', async () => {
    const offering = (name: string) => plugin(name, (controller) => controller.provide(greeter, () => name));
    await expect(create([offering('one'), offering('two')])).rejects.toMatchObject({
      code: 'SCR_SERVICE_TWICE',
      message: 'greeting/greeter: two plugins offer the same service',
      plugin: 'two',
    });
  });
});
