import { describe, expect, test } from 'vitest';
import { createController } from '../../../core/controller.js';
import { ScrError, defineErrors, ipPeer } from '../../../plugin-sdk/index.js';
import { FakeClock, SimScamper, TestLog, memoryPair, settle } from '../../../testing/index.js';
import { gate } from '../support/gate.js';
import { plugin } from '../support/plugins.js';

/** Notes its start, its stop and its release. */
function noting(name: string, notes: string[]) {
  return plugin(name, ({ hooks }) => {
    hooks.start.tap(() => {
      notes.push(`start ${name}`);
      return () => void notes.push(`release ${name}`);
    });
    hooks.stop.tap(() => void notes.push(`stop ${name}`));
  });
}

function create(...plugins: ReturnType<typeof plugin>[]) {
  const clock = new FakeClock();
  const log = new TestLog();
  return createController({ plugins, clock, logger: log }).then((controller) => ({ controller, clock, log }));
}

describe('start', () => {
  test('starts the plugins in order; stop tells them and releases in reverse order', async () => {
    const notes: string[] = [];
    const { controller, log } = await create(noting('one', notes), noting('two', notes), noting('three', notes));
    expect(controller.state).toBe('new');
    expect(notes).toEqual([]); // setup opens nothing
    await controller.start();
    expect(controller.state).toBe('running');
    expect(log.of('controller.started')[0]?.fields).toMatchObject({
      plugins: ['one', 'two', 'three'],
      reading: 'shared buffer',
    });
    await controller.stop();
    expect(controller.state).toBe('stopped');
    expect(log.of('controller.stopped')).toMatchObject([{ message: 'stopped' }]);
    expect(notes).toEqual([
      ...['start one', 'start two', 'start three'],
      ...['stop three', 'stop two', 'stop one'],
      ...['release three', 'release two', 'release one'],
    ]);
  });

  test('that fails releases what was acquired, in reverse order, and tells why', async () => {
    const notes: string[] = [];
    const cause = new Error('the disk is full');
    const broken = plugin('broken', ({ hooks }) => hooks.start.tap(() => Promise.reject(cause)));
    const { controller, log } = await create(
      noting('one', notes),
      noting('two', notes),
      broken,
      noting('never', notes),
    );
    const failure = await controller.start().catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(ScrError);
    expect(failure).toMatchObject({
      code: 'SCR_HOOK_FAILED',
      message: 'broken, start: a handler failed',
      plugin: 'broken',
      hook: 'start',
      cause,
    });
    expect(notes.filter((note) => !note.startsWith('stop'))).toEqual([
      'start one',
      'start two',
      'release two',
      'release one',
    ]);
    expect(controller.state).toBe('stopped');
    expect(log.of('controller.stopped')).toEqual([]); // it never ran
  });

  test('that fails with a plugin’s own error rejects with that', async () => {
    const { SCR_MINE } = defineErrors({ SCR_MINE: ['mine failed', 'mend mine'] });
    const own = new ScrError(SCR_MINE, 'port 7');
    const broken = plugin('broken', ({ hooks }) =>
      hooks.start.tap(() => {
        throw own;
      }),
    );
    const { controller } = await create(broken);
    await expect(controller.start()).rejects.toMatchObject({
      code: 'SCR_MINE',
      message: 'port 7: mine failed',
      remedy: 'mend mine',
    });
  });

  test('that does not end in time fails; what it acquires later is released', async () => {
    const notes: string[] = [];
    const acquiring = gate<() => void>();
    const slow = plugin('slow', ({ hooks }) => hooks.start.tap({ timeLimit: 5_000 }, () => acquiring.promise));
    const { controller, clock } = await create(noting('one', notes), slow);
    const started = controller.start().catch((thrown: unknown) => thrown);
    await clock.advance(5_000);
    expect(await started).toMatchObject({
      code: 'SCR_HOOK_TIMEOUT',
      message: 'slow, start: no answer in 5000 ms: a handler did not answer in time',
      plugin: 'slow',
    });
    expect(notes).toEqual(['start one', 'stop one', 'release one']);
    acquiring.open(() => void notes.push('release slow'));
    await settle();
    expect(notes.at(-1)).toBe('release slow');
  });

  test('holds a connection that is announced at once until every plugin has started', async () => {
    const notes: string[] = [];
    const late = gate<undefined>();
    const [instance, peer] = memoryPair();
    const eager = plugin('eager', ({ hooks, announce }) => {
      hooks.start.tap(() => announce({ stream: instance, peer: ipPeer('192.0.2.1', 1025) }));
      hooks.authenticate.tap(() => void notes.push('authenticate'));
    });
    const slow = plugin('slow', ({ hooks }) => hooks.start.tap(() => late.promise));
    const { controller } = await create(eager, slow);
    const started = controller.start();
    const attached = new SimScamper(peer).attach();
    await settle();
    expect(notes).toEqual([]);
    late.open(undefined);
    await Promise.all([started, attached]);
    expect(notes).toEqual(['authenticate']);
    await controller.stop();
  });

  test('can be done once only', async () => {
    const { controller } = await create();
    await controller.start();
    await expect(controller.start()).rejects.toMatchObject({
      code: 'SCR_CONTROLLER_STATE',
      message: 'start while running: the controller is not in a state that allows this',
    });
    await controller.stop();
    await expect(controller.start()).rejects.toMatchObject({ code: 'SCR_CONTROLLER_STATE' });
  });
});

describe('stop', () => {
  test('while a plugin is starting releases what that plugin acquires as well', async () => {
    const notes: string[] = [];
    const acquiring = gate<() => void>();
    const slow = plugin('slow', ({ hooks }) => hooks.start.tap(() => acquiring.promise));
    const { controller } = await create(noting('one', notes), slow, noting('never', notes));
    const started = controller.start().catch((thrown: unknown) => thrown);
    await settle();
    const stopped = controller.stop();
    await settle();
    acquiring.open(() => void notes.push('release slow'));
    await stopped;
    expect(await started).toMatchObject({ code: 'SCR_STOPPED' });
    await settle();
    expect(notes.filter((note) => note.startsWith('release')).sort()).toEqual(
      [...(notes.includes('start never') ? ['release never'] : []), 'release one', 'release slow'].sort(),
    );
    expect(controller.state).toBe('stopped');
  });

  test('goes on when a plugin fails to stop or to release', async () => {
    const notes: string[] = [];
    const broken = plugin('broken', ({ hooks }) => {
      hooks.start.tap(() => () => Promise.reject(new Error('stuck')));
      hooks.stop.tap(() => {
        throw new Error('no');
      });
    });
    const { controller, log } = await create(noting('one', notes), broken, noting('two', notes));
    await controller.start();
    await controller.stop();
    expect(notes.slice(2)).toEqual(['stop two', 'stop one', 'release two', 'release one']);
    expect(log.of('hook.failed')[0]?.fields).toMatchObject({
      code: 'SCR_HOOK_FAILED',
      plugin: 'broken',
      hook: 'stop',
      cause: 'no',
    });
    expect(log.of('release.failed')[0]?.message).toBe('stuck');
  });

  test('tells plugins by their signal, and happens once however often it is asked for', async () => {
    const notes: string[] = [];
    let signal: AbortSignal | undefined;
    const watching = plugin('watching', (face) => {
      ({ signal } = face);
    });
    const { controller } = await create(noting('one', notes), watching);
    await controller.start();
    expect(signal?.aborted).toBe(false);
    const stopping = controller.stop();
    expect(signal?.aborted).toBe(true);
    await Promise.all([stopping, controller.stop()]);
    await controller.stop();
    expect(notes).toEqual(['start one', 'stop one', 'release one']);
  });

  test('before start does no harm', async () => {
    const { controller } = await create();
    await controller.stop();
    expect(controller.state).toBe('stopped');
  });

  test('leaves no timer running', async () => {
    const { controller, clock } = await create();
    await controller.start();
    await controller.stop();
    expect(clock.pending).toBe(0);
  });
});
