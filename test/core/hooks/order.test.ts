import { describe, expect, test } from 'vitest';
import { createController } from '../../../core/controller.js';
import type { PluginController, TapOptions } from '../../../plugin-sdk/index.js';
import { TestLog, startBench } from '../../../testing/index.js';
import { plugin } from '../support/plugins.js';

/** Plugins that note when their attach handlers run, named by the keys; the values are what they want to be before. */
function noting(notes: string[], wishes: Record<string, string | readonly string[] | undefined>) {
  return Object.entries(wishes).map(([name, before]) =>
    plugin(name, ({ hooks }) =>
      hooks.attach.tap({ ...(before !== undefined && { before }) }, () => void notes.push(name)),
    ),
  );
}

async function orderOf(wishes: Record<string, string | readonly string[] | undefined>): Promise<string> {
  const notes: string[] = [];
  await using bench = await startBench(noting(notes, wishes));
  await bench.attach();
  expect(bench.controller.plugins.map(({ name }) => name)).toEqual(['memory', ...Object.keys(wishes)]);
  return notes.join(' ');
}

describe('handlers run', () => {
  test('in the order of the configuration', async () => {
    expect(await orderOf({ c: undefined, a: undefined, b: undefined })).toBe('c a b');
  });

  test('before those of another plugin where they ask for it', async () => {
    expect(await orderOf({ a: undefined, b: undefined, c: 'a' })).toBe('c a b');
    expect(await orderOf({ a: undefined, b: undefined, c: 'b' })).toBe('a c b');
  });

  test('where they are when the other comes later anyway', async () => {
    expect(await orderOf({ a: 'c', b: undefined, c: undefined })).toBe('a b c');
  });

  test('before all of those they name', async () => {
    expect(await orderOf({ a: undefined, b: undefined, c: undefined, d: ['c', 'b'] })).toBe('a d b c');
  });

  test('as every one of several wishes says', async () => {
    expect(await orderOf({ x: undefined, y: 'z', z: 'x' })).toBe('y z x');
    expect(await orderOf({ d: undefined, c: 'd', b: 'c', a: 'b' })).toBe('a b c d');
  });

  test('in the order of the configuration where the plugin named has no handler there', async () => {
    const notes: string[] = [];
    const idle = plugin('idle', () => undefined);
    await using bench = await startBench([idle, ...noting(notes, { a: undefined, b: 'idle' })]);
    await bench.attach();
    expect(notes).toEqual(['a', 'b']);
  });

  test('more than once for a plugin that taps more than once', async () => {
    const notes: string[] = [];
    const twice = plugin('twice', ({ hooks }) => {
      hooks.attach.tap(() => void notes.push('first'));
      hooks.attach.tap(() => void notes.push('second'));
    });
    await using bench = await startBench([twice]);
    await bench.attach();
    expect(notes).toEqual(['first', 'second']);
    expect(bench.controller.plugins[1]?.hooks).toEqual(['attach']);
  });

  test('one after the other, each when the one before has ended', async () => {
    const notes: string[] = [];
    const slow = plugin('slow', ({ hooks }) =>
      hooks.attach.tap(async () => {
        notes.push('slow begins');
        await new Promise((resolve) => setImmediate(resolve));
        notes.push('slow ends');
      }),
    );
    await using bench = await startBench([slow, ...noting(notes, { swift: undefined })]);
    await bench.attach();
    expect(notes).toEqual(['slow begins', 'slow ends', 'swift']);
  });
});

describe('a place', () => {
  /** Plugins a, b and c, each with a place or none, that note when their handlers of a hook run. */
  async function placed(hook: 'attach' | 'stop', options: Record<string, TapOptions>): Promise<string> {
    const notes: string[] = [];
    const plugins = Object.entries(options).map(([name, wish]) =>
      plugin(name, ({ hooks }) => hooks[hook].tap(wish, () => void notes.push(name))),
    );
    const bench = await startBench(plugins);
    await bench.attach();
    await bench.stop();
    return notes.join(' ');
  }

  test('first is before all, last behind all; among their like the order of the configuration holds', async () => {
    const wishes = { a: { place: 'last' }, b: {}, c: { place: 'first' }, d: { place: 'last' }, e: { place: 'first' } };
    expect(await placed('attach', wishes as Record<string, TapOptions>)).toBe('c e b a d');
  });

  test('gives way to before', async () => {
    expect(await placed('attach', { a: { place: 'first' }, b: { before: 'a' } })).toBe('b a');
    expect(await placed('attach', { a: {}, b: { place: 'last', before: 'a' } })).toBe('b a');
  });

  test('holds where handlers run the other way round', async () => {
    expect(await placed('stop', { a: {}, b: {}, c: {} })).toBe('c b a');
    expect(await placed('stop', { a: { place: 'last' }, b: {}, c: { place: 'first' } })).toBe('c b a');
    expect(await placed('stop', { a: { place: 'first' }, b: {}, c: { place: 'last' } })).toBe('a b c');
    expect(await placed('stop', { a: { before: 'c' }, b: {}, c: {} })).toBe('a c b');
  });

  test.each(['middle', '', null])('is first or last, not %j', async (place) => {
    const created = create(({ hooks }) => hooks.attach.tap({ place } as unknown as TapOptions, () => undefined));
    await expect(created).rejects.toMatchObject({
      code: 'SCR_PLUGIN_SETUP',
      cause: { message: `attach.tap: place is first or last, not ${JSON.stringify(place)}` },
    });
  });
});

function create(...setups: ((controller: PluginController<object>) => void)[]) {
  const plugins = setups.map((setup, index) => plugin(`p${index}`, setup));
  return createController({ plugins, logger: new TestLog() });
}

describe('a tap is refused', () => {
  test.each(['p7', 'P0', ''])('that asks to run before %j, which is not loaded', async (before) => {
    const created = create(
      () => undefined,
      ({ hooks }) => hooks.data.tap({ before }, () => undefined),
    );
    await expect(created).rejects.toMatchObject({
      code: 'SCR_PLUGIN_BEFORE',
      message: `p1, data: ${before}: a handler asks to run before a plugin that is not loaded`,
      plugin: 'p1',
      hook: 'data',
    });
  });

  test('where one of several names is not loaded', async () => {
    const created = create(
      () => undefined,
      ({ hooks }) => hooks.accept.tap({ before: ['p0', 'typo'] }, () => undefined),
    );
    await expect(created).rejects.toMatchObject({ code: 'SCR_PLUGIN_BEFORE', plugin: 'p1', hook: 'accept' });
  });

  test('where handlers ask to run before each other', async () => {
    const created = create(
      ({ hooks }) => hooks.attach.tap({ before: 'p2' }, () => undefined),
      ({ hooks }) => hooks.attach.tap({ before: 'p0' }, () => undefined),
      ({ hooks }) => hooks.attach.tap({ before: 'p1' }, () => undefined),
    );
    await expect(created).rejects.toMatchObject({
      code: 'SCR_PLUGIN_ORDER',
      message: expect.stringMatching(
        /^attach: (p0 before p2 before p1 before p0|p1 before p0 before p2 before p1|p2 before p1 before p0 before p2): /,
      ) as string,
      hook: 'attach',
    });
  });

  test('where handlers ask to run before each other, and one of them before another: that is not named', async () => {
    const created = create(
      ({ hooks }) => hooks.attach.tap(() => undefined),
      ({ hooks }) => hooks.attach.tap({ before: ['p0', 'p2'] }, () => undefined),
      ({ hooks }) => hooks.attach.tap({ before: 'p1' }, () => undefined),
    );
    await expect(created).rejects.toMatchObject({
      code: 'SCR_PLUGIN_ORDER',
      message: expect.stringMatching(/^attach: (p1 before p2 before p1|p2 before p1 before p2): /) as string,
    });
  });

  test('that asks to run before its own plugin', async () => {
    const created = create(({ hooks }) => hooks.stop.tap({ before: 'p0' }, () => undefined));
    await expect(created).rejects.toMatchObject({ code: 'SCR_PLUGIN_ORDER', plugin: 'p0', hook: 'stop' });
  });

  test('after setup', async () => {
    let face: PluginController<object> | undefined;
    await create((given) => {
      face = given;
    });
    expect(() => face?.hooks.expire.tap(() => undefined)).toThrow(
      expect.objectContaining({
        code: 'SCR_HOOK_LATE_TAP',
        message: 'p0, expire: handlers can be registered in setup only',
        plugin: 'p0',
        hook: 'expire',
      }),
    );
  });

  test('that is not a function', async () => {
    const created = create(({ hooks }) => hooks.start.tap('not a function' as never));
    await expect(created).rejects.toMatchObject({
      code: 'SCR_PLUGIN_SETUP',
      cause: new TypeError('the handler of start is not a function'),
    });
  });
});

test('a controller tells which hooks each plugin tapped', async () => {
  const controller = await create(
    ({ hooks }) => {
      hooks.data.tap(() => undefined);
      hooks.start.tap(() => undefined);
    },
    () => undefined,
  );
  expect(controller.plugins.map(({ hooks }) => hooks)).toEqual([['start', 'data'], []]);
});

test('an option of tap that does not exist fails the setup, with those that do', async () => {
  const misspelt = plugin('misspelt', ({ hooks }) => {
    hooks.attach.tap({ befor: 'x' } as object, () => undefined);
  });
  const created = createController({ plugins: [misspelt], logger: new TestLog() });
  await expect(created).rejects.toMatchObject({
    code: 'SCR_PLUGIN_SETUP',
    plugin: 'misspelt',
    cause: new TypeError('attach.tap: there is no option befor; known are before, place, timeLimit'),
  });
});
