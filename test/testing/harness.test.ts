import { expect, test } from 'vitest';
import { definePlugin } from '../../plugin-sdk/index.js';
import { startBench } from '../../testing/index.js';

const schema = { type: 'object', additionalProperties: false } as const;

const choosy = definePlugin({
  name: 'choosy',
  schema,
  setup({ hooks }) {
    hooks.authenticate.tap(({ monitorName }) => (monitorName === 'ams-nl' ? undefined : { deny: 'not Amsterdam' }));
  },
});

test('the bench takes default plugins by name, with their options', async () => {
  await using bench = await startBench([['zombie', { time: 60 }]]);
  const { plugins } = bench.controller;
  expect(plugins.map(({ name, source }) => `${name} ${source}`)).toEqual([
    'memory given as an object',
    'zombie built in',
  ]);
  const scamper = await bench.attach();
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  expect(await bench.resume(scamper)).toBe(true);
});

test('a scamper that is refused: attach rejects with the code and the reason, of its own refusal', async () => {
  await using bench = await startBench([choosy]);
  const [first, second, third] = await Promise.allSettled([
    bench.attach({ monitorName: 'san-us' }),
    bench.attach({ monitorName: 'ams-nl' }),
    bench.attach({ peer: { kind: 'ip', address: '2001:db8::1', port: 7 } }),
  ]);
  const reason = 'refused: not Amsterdam: authentication was denied';
  expect(first).toMatchObject({
    status: 'rejected',
    reason: new Error(`the connection ended: SCR_DENIED: 192.0.2.1:1025 ${reason}`),
  });
  expect(second.status).toBe('fulfilled');
  expect(third).toMatchObject({
    status: 'rejected',
    reason: new Error(`the connection ended: SCR_DENIED: 2001:db8::1.7 ${reason}`),
  });
});

test('a handler that fails: attach rejects with the cause as well', async () => {
  const broken = definePlugin({
    name: 'broken',
    schema,
    setup: ({ hooks }) =>
      hooks.attach.tap(() => {
        throw new Error('no room');
      }),
  });
  await using bench = await startBench([broken]);
  await expect(bench.attach()).rejects.toThrow(
    /^the connection ended: SCR_HOOK_FAILED: .*broken, attach: .* \(no room\)$/,
  );
});
