import { expect, test } from 'vitest';
import { settle, startBench } from '../../../plugin-sdk/testing/index.js';
import { plugin } from '../support/plugins.js';

test('a release that never ends is given up after 30 s, and the others still run', async () => {
  const released: string[] = [];
  const first = plugin('first', ({ hooks }) => hooks.start.tap(() => () => void released.push('first')));
  const hanging = plugin('hanging', ({ hooks }) => hooks.start.tap(() => () => new Promise<void>(() => undefined)));
  const bench = await startBench([first, hanging]);
  const stopped = bench.controller.stop();
  await bench.clock.advance(29_999);
  expect(released).toEqual([]);
  await bench.clock.advance(1);
  await stopped;
  expect(released).toEqual(['first']);
  expect(bench.log.of('release.failed').map(({ fields }) => fields['code'])).toEqual(['SCR_RELEASE_TIMEOUT']);
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
