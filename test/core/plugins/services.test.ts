import { describe, expect, test } from 'vitest';
import { createController } from '../../../core/controller.js';
import { type PluginController, defineService } from '../../../plugin-sdk/index.js';
import { TestLog, startBench } from '../../../testing/index.js';
import { plugin } from '../support/plugins.js';

const places = defineService<{ placeOf(name: string): string | undefined }>('places');
const offering = plugin('offering', ({ provide }) => provide(places, { placeOf: () => 'Amsterdam' }));

function eventually(what: () => unknown) {
  return expect.poll(what, { interval: 1 });
}

function create(...plugins: Parameters<typeof plugin>[1][]) {
  const named = plugins.map((setup, index) => plugin(`p${index}`, setup));
  return createController({ plugins: named, logger: new TestLog(), label: 'c.js' });
}

describe('a service that is needed', () => {
  test('is given from start on, wherever its plugin stands', async () => {
    const found: unknown[] = [];
    const needing = (name: string) =>
      plugin(name, ({ need, hooks }) => {
        const given = need(places);
        hooks.start.tap(() => void found.push(given().placeOf('ams-nl')));
      });
    await using bench = await startBench([needing('before'), offering, needing('behind')]);
    expect(bench.controller.state).toBe('running');
    expect(found).toEqual(['Amsterdam', 'Amsterdam']);
  });

  test('and that nobody offers keeps everything from starting, with its own code', async () => {
    const created = create(({ need }) => void need(places));
    await expect(created).rejects.toMatchObject({
      code: 'SCR_SERVICE_MISSING',
      plugin: 'p0',
      message: 'places: a plugin needs a service that no plugin offers',
      problems: [
        'c.js: plugin p0: SCR_SERVICE_MISSING: places: a plugin needs a service that no plugin offers; ' +
          'load a plugin that offers it, or take the one that needs it out of the configuration',
      ],
    });
  });

  test('is told of once for each plugin that needs it', async () => {
    const created = create(
      ({ need }) => void [need(places), need(places)],
      ({ need }) => void need(places),
    );
    await expect(created).rejects.toMatchObject({
      code: 'SCR_CONFIG_INVALID',
      problems: [expect.stringContaining('plugin p0'), expect.stringContaining('plugin p1')],
    });
  });

  test('is not told of while the plugin that offers it may be one that failed', async () => {
    const created = create(
      ({ need }) => void need(places),
      () => {
        throw new Error('no');
      },
    );
    await expect(created).rejects.toMatchObject({ code: 'SCR_PLUGIN_SETUP', problems: [expect.any(String)] });
  });

  test('throws where it is asked for before it is there', async () => {
    const created = create(({ need }) => void need(places)().placeOf('x'));
    await expect(created).rejects.toMatchObject({ code: 'SCR_SERVICE_MISSING', plugin: 'p0' });
  });
});

describe('a service that is used', () => {
  test('may be missing', async () => {
    const found: unknown[] = [];
    await using _bench = await startBench([
      plugin('using', ({ use, hooks }) => hooks.start.tap(() => void found.push(use(places)))),
    ]);
    expect(found).toEqual([undefined]);
  });

  test('is offered once', async () => {
    const twice = ({ provide }: PluginController<object>) => provide(places, { placeOf: () => undefined });
    await expect(create(twice, twice)).rejects.toMatchObject({ code: 'SCR_SERVICE_TWICE', plugin: 'p1' });
  });
});

describe('a change of a service', () => {
  async function watched(...listeners: (() => unknown)[]) {
    const faces: PluginController<object>[] = [];
    const watching = plugin('watching', (controller) => {
      faces.push(controller);
      for (const listener of listeners) controller.watch(places, listener);
    });
    const bench = await startBench([watching, offering]);
    return { bench, notify: () => faces[0]?.notify(places), controller: faces[0] };
  }

  test('is told to all who watch, once for several at a time, when whoever makes them is done', async () => {
    const told: string[] = [];
    const { bench, notify } = await watched(
      () => told.push('one'),
      () => told.push('other'),
    );
    await using _bench = bench;
    notify();
    notify();
    expect(told).toEqual([]);
    await eventually(() => told).toEqual(['one', 'other']);
    notify();
    await eventually(() => told).toEqual(['one', 'other', 'one', 'other']);
  });

  test('is told to nobody who watches another one', async () => {
    const told: string[] = [];
    const { bench, controller } = await watched(() => told.push('places'));
    await using _bench = bench;
    const other = defineService<object>('other');
    controller?.watch(other, () => told.push('other'));
    controller?.notify(other);
    await eventually(() => told).toEqual(['other']);
  });

  test.each([
    ['throws', () => { throw new Error('no'); }], // prettier-ignore
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('is told to the others where a listener %s, and the log says whose it is', async (_what, failing) => {
    const told: string[] = [];
    const { bench, notify } = await watched(failing, () => told.push('other'));
    await using _bench = bench;
    notify();
    const { message, fields } = await bench.log.waitFor('listener.failed');
    expect(message).toBe('watching, service places: a listener failed');
    expect(fields).toMatchObject({ code: 'SCR_LISTENER_FAILED', plugin: 'watching', cause: 'no' });
    expect(told).toEqual(['other']);
  });

  test('that a service of one’s own brings may be made by a listener', async () => {
    let left = 3;
    const again: { notify?: () => void } = {};
    const { bench, notify } = await watched(() => {
      if (--left > 0) again.notify?.();
    });
    await using _bench = bench;
    again.notify = notify;
    notify();
    await eventually(() => left).toBe(0);
  });

  test('needs a function to be told to', async () => {
    const none: unknown = 'none';
    const created = create(({ watch }) => watch(places, none as () => void));
    await expect(created).rejects.toMatchObject({
      code: 'SCR_PLUGIN_SETUP',
      cause: { message: 'the listener of the service places is not a function' },
    });
  });
});
