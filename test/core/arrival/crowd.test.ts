import { expect, test } from 'vitest';
import { settle, startBench } from '../../../testing/index.js';
import { refused } from '../support/refused.js';

test('no more connections than limits.handshakes may wait to be attached', async () => {
  await using bench = await startBench([], { limits: { handshakes: 2 } });
  const [first, second] = [bench.dial(), bench.dial()];
  const third = bench.dial();
  third.hello();
  const { fields, message } = await refused(bench, third);
  expect(message).toBe('192.0.2.1:1027: too many connections are waiting to be attached');
  expect(fields).toMatchObject({ code: 'SCR_HELLO_CROWD', transport: 'memory' });
  await first.attach(); // those that came in time are served
  await settle();
  await bench.attach(); // and the place is free again
  second.cut();
  await settle();
  await bench.attach();
  expect(bench.controller.instances).toHaveLength(3);
});

test('connections that were refused make room', async () => {
  await using bench = await startBench([], { limits: { handshakes: 1 } });
  for (let count = 0; count < 3; count++) {
    const scamper = bench.dial();
    scamper.raw(Buffer.alloc(10));
    await scamper.closed;
    await settle();
  }
  expect(bench.log.of('connection.refused').map(({ fields }) => fields['code'])).toEqual([
    'SCR_HELLO_INVALID',
    'SCR_HELLO_INVALID',
    'SCR_HELLO_INVALID',
  ]);
});
