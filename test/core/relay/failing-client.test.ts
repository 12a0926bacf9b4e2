import { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { SimClient, memoryPair, settle, silent, startBench } from '../../../testing/index.js';
import { plugin } from '../support/plugins.js';

/** A stream of a plugin that fails at something. */
class Failing extends Duplex {
  override _read(): void {
    // nothing ever comes
  }
  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }
}

test('a client whose stream throws when it is written to is dropped; the others get what came in the same read', async () => {
  await using bench = await startBench();
  const scamper = await bench.attach({ script: silent });
  const failing = new Failing();
  failing.write = () => {
    throw new Error('no');
  };
  bench.instance().connect(failing);
  const other = bench.client();
  await settle();
  for (let round = 0; round < 3; round++) {
    scamper.send(1, 'for the failing one');
    scamper.send(2, `for the other ${round}`);
    await other.until(`for the other ${round}`);
  }
  const { fields } = await bench.log.waitFor('client.dropped');
  expect(fields).toMatchObject({ code: 'SCR_CLIENT_FAILED', channel: 1, cause: 'no' });
  expect(await scamper.waitFor('fin')).toEqual({ type: 'fin', channel: 1 });
});

test.each([null, undefined, {}, 'text', new EventTarget(), { a: { b: 'much' } }])(
  'what is no stream is refused and leaves nothing: %s',
  async (what) => {
    await using bench = await startBench();
    const scamper = await bench.attach({ script: silent });
    const refusal = new TypeError(`connect takes a Duplex stream, not ${inspect(what, { depth: 0 })}`);
    expect(() => bench.instance().connect(what as Duplex)).toThrow(refusal);
    const client = bench.client();
    expect(await scamper.waitFor('open')).toEqual({ type: 'open', channel: 1 });
    scamper.send(1, 'results');
    await client.until('results');
  },
);

test.each(['on', 'once', 'write', 'end', 'cork', 'uncork', 'pause', 'resume', 'destroy'])(
  'what cannot %s is no stream',
  async (method) => {
    await using bench = await startBench();
    await bench.attach({ script: silent });
    const [ours] = memoryPair();
    const crippled: unknown = Object.create(ours, { [method]: { value: 7 } });
    expect(() => bench.instance().connect(crippled as Duplex)).toThrow(/^connect takes a Duplex stream, not /);
  },
);

test('a stream that fails while it is taken over leaves no channel behind', async () => {
  await using bench = await startBench();
  const scamper = await bench.attach({ script: silent });
  const failing = new Failing();
  failing.resume = () => {
    throw new Error('no');
  };
  expect(() => bench.instance().connect(failing)).toThrow('no');
  bench.client();
  expect(await scamper.waitFor('open')).toEqual({ type: 'open', channel: 1 });
  for (const event of ['data', 'end', 'error', 'close']) failing.emit(event, Buffer.from('late')); // disturbs nobody
});

test('a listener that fails is told of, and the others are still called', async () => {
  await using bench = await startBench();
  await bench.attach({ script: silent });
  const [ours, theirs] = memoryPair();
  const channel = bench.instance().connect(ours);
  const called: string[] = [];
  channel.onClose(() => {
    throw new Error('no');
  });
  channel.onClose(() => called.push('second'));
  new SimClient(theirs).leave();
  const { fields } = await bench.log.waitFor('listener.failed');
  expect(fields).toMatchObject({ code: 'SCR_LISTENER_FAILED', cause: 'no' });
  await expect.poll(() => called).toEqual(['second']);
  channel.onClose(() => called.push('late'));
  expect(called).toEqual(['second', 'late']);
});

test('stop ends although a listener fails, and although a stream never closes', async () => {
  const bench = await startBench();
  await bench.attach({ script: silent });
  const stuck = new Failing({ emitClose: false });
  stuck._final = () => undefined; // never finishes
  stuck._destroy = () => undefined; // never closes
  bench
    .instance()
    .connect(stuck)
    .onClose(() => {
      throw new Error('no');
    });
  bench.client();
  await bench.stop();
  expect(bench.controller.state).toBe('stopped');
});

test('clients that came through what an attach handler made see end of file when a later handler fails', async () => {
  const clients: SimClient[] = [];
  const exporting = plugin('exporting', ({ hooks }) =>
    hooks.attach.tap((instance) => void clients.push(SimClient.attach(instance))),
  );
  const failing = plugin('failing', ({ hooks }) =>
    hooks.attach.tap(() => {
      throw new Error('no');
    }),
  );
  await using bench = await startBench([exporting, failing]);
  const scamper = bench.dial();
  scamper.hello();
  await bench.log.waitFor('connection.refused', { code: 'SCR_HOOK_FAILED' });
  await clients[0]?.end;
  expect(clients[0]?.ended).toBe(true);
});

test('a client whose connection fails is gone, and why is in the log for whoever looks for a mistake', async () => {
  await using bench = await startBench();
  await bench.attach({ script: silent });
  const failing = new Failing();
  bench.instance().connect(failing);
  failing.destroy(new Error('reset'));
  const { level, fields } = await bench.log.waitFor('client.error');
  expect([level, fields]).toEqual([
    'debug',
    { event: 'client.error', instance: '192.0.2.1:1025', channel: 1, cause: 'reset' },
  ]);
  expect((await bench.log.waitFor('client.gone')).fields).toMatchObject({ code: 'SCR_CLIENT_LEFT' });
});
