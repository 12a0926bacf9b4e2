import { Server } from 'node:net';
import { expect, test } from 'vitest';
import { settle, startBench } from '../../../testing/index.js';
import { awkward } from '../support/awkward.js';
import { plugin } from '../support/plugins.js';

test('a release that never ends is given up after 30 s, and the others still run', async () => {
  const released: string[] = [];
  const first = plugin('first', ({ hooks }) => hooks.start.tap(() => () => void released.push('first')));
  const hanging = plugin('hanging', ({ hooks }) => hooks.start.tap(() => () => new Promise<void>(() => undefined)));
  const idle = plugin('idle', ({ hooks }) => hooks.start.tap(() => undefined));
  const bench = await startBench([first, idle, hanging]);
  const stopped = bench.controller.stop();
  await bench.clock.advance(29_999);
  expect(released).toEqual([]);
  await bench.clock.advance(1);
  await stopped;
  expect(released).toEqual(['first']);
  expect(bench.log.of('release.failed').map(({ fields }) => fields['code'])).toEqual(['SCR_RELEASE_TIMEOUT']);
});

test('what a release returns is of no account, but for a promise of any make', async () => {
  const released: string[] = [];
  const thenable = {
    then: (done: () => void) => {
      released.push('waited for');
      done();
    },
  };
  const failing = {
    then: (_done: unknown, failed: (why: Error) => void) => {
      failed(new Error('stuck'));
    },
  };
  const releases = [() => new Server().close(), () => 'done', () => null, () => thenable, () => failing];
  const closing = releases.map((release, index) =>
    plugin(`closing-${index}`, ({ hooks }) => hooks.start.tap(() => release)),
  );
  const bench = await startBench(closing);
  await bench.stop();
  expect(bench.clock.pending).toBe(0);
  expect(released).toEqual(['waited for']);
  expect(bench.log.of('release.failed').map(({ message }) => message)).toEqual(['stuck']);
});

test.each(awkward)('$what, thrown at stop, does not keep the controller from stopping', async ({ thrown, told }) => {
  const seen: string[] = [];
  const throwing = () => {
    throw thrown;
  };
  const broken = plugin('broken', ({ hooks }) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- plugins are JavaScript too
    hooks.start.tap(() => () => Promise.reject(thrown));
    hooks.stop.tap(throwing);
    hooks.expire.tap(throwing);
  });
  const other = plugin('other', ({ hooks }) => {
    hooks.start.tap(() => () => seen.push('release'));
    hooks.stop.tap(() => void seen.push('stop'));
  });
  const bench = await startBench([other, broken]);
  await bench.attach();
  await bench.stop();
  expect(seen).toEqual(['stop', 'release']);
  expect(bench.log.of('hook.failed').map(({ fields }) => fields['cause'])).toEqual(
    Array(2).fill(expect.stringContaining(told)),
  );
  expect(bench.log.of('release.failed')).toHaveLength(1);
});

test.each(awkward)('$what, thrown in authenticate, refuses: told in the log, closed', async ({ thrown, told }) => {
  const broken = plugin('broken', ({ hooks }) =>
    hooks.authenticate.tap(() => {
      throw thrown;
    }),
  );
  await using bench = await startBench([broken]);
  const scamper = bench.dial();
  scamper.hello();
  await scamper.closed;
  const [line] = bench.log.of('connection.refused');
  expect(line?.fields).toMatchObject({ code: 'SCR_HOOK_FAILED', cause: expect.stringContaining(told) });
});

test('of two reloads at once the later one comes last', async () => {
  const seen: string[] = [];
  let wait: Promise<void> = Promise.resolve();
  let open = (): void => undefined;
  const slow = plugin('slow', ({ hooks }) =>
    hooks.reload.tap(async () => {
      const mine = wait;
      wait = Promise.resolve();
      seen.push('begins');
      await mine;
      seen.push('ends');
    }),
  );
  await using bench = await startBench([slow]);
  wait = new Promise((resolve) => (open = resolve));
  const both = [bench.controller.reload(), bench.controller.reload()];
  await settle();
  expect(seen).toEqual(['begins']);
  open();
  await Promise.all(both);
  expect(seen).toEqual(['begins', 'ends', 'begins', 'ends']);
});

test("a failure with a code keeps it, and names the handler's plugin and hook", async () => {
  const { ScrError, defineErrors } = await import('../../../plugin-sdk/index.js');
  const { SCR_FULL } = defineErrors({ SCR_FULL: ['the disk is full', 'make room'] });
  const full = plugin('full', ({ hooks }) =>
    hooks.attach.tap(() => {
      throw new ScrError(SCR_FULL, '/var', { cause: new Error('ENOSPC') });
    }),
  );
  await using bench = await startBench([full]);
  await expect(bench.attach()).rejects.toThrow('the connection ended');
  const { fields, message } = await bench.log.waitFor('connection.refused');
  expect(message).toContain('/var: the disk is full');
  expect(fields).toMatchObject({
    code: 'SCR_FULL',
    plugin: 'full',
    hook: 'attach',
    cause: 'ENOSPC',
    remedy: 'make room',
  });
});

function throwingHere(): never {
  throw new Error('broken');
}

test.each([
  ['throws', throwingHere],
  ['rejects', async () => throwingHere()],
])('the line of a handler that %s has the stack of its cause', async (_how, handler) => {
  const broken = plugin('broken', ({ hooks }) => {
    hooks.authenticate.tap(handler);
    hooks.stop.tap(handler);
  });
  await using bench = await startBench([broken]);
  await expect(bench.attach()).rejects.toThrow('SCR_HOOK_FAILED');
  await bench.stop();
  for (const event of ['connection.refused', 'hook.failed']) {
    const { fields } = await bench.log.waitFor(event);
    expect(fields).toMatchObject({ code: 'SCR_HOOK_FAILED', plugin: 'broken', cause: 'broken' });
    expect(fields['stack']).toMatch(/^Error: broken\n +at throwingHere \(.*failures\.test\.ts:/);
  }
});

test('a refusal, a failure with a code and one that is no error have no stack', async () => {
  const { ScrError, defineErrors } = await import('../../../plugin-sdk/index.js');
  const { SCR_FULL } = defineErrors({ SCR_FULL: ['the disk is full', 'make room'] });
  const answers = [
    () => ({ deny: 'no' }),
    () => {
      throw new ScrError(SCR_FULL, '/var', { cause: new Error('ENOSPC') });
    },
    () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- plugins are JavaScript too
      throw 'broken';
    },
  ];
  const door = plugin('door', ({ hooks }) => hooks.authenticate.tap(() => answers.shift()?.()));
  await using bench = await startBench([door]);
  for (const code of ['SCR_DENIED', 'SCR_FULL', 'SCR_HOOK_FAILED']) {
    await expect(bench.attach()).rejects.toThrow(code);
    const { fields } = await bench.log.waitFor('connection.refused', { code });
    expect(fields).not.toHaveProperty('stack');
    expect(fields).toMatchObject({ plugin: 'door' });
  }
});
