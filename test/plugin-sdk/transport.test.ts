import { existsSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createController } from '../../core/controller.js';
import { encodeFrame } from '../../core/protocol/frame.js';
import { FakeClock, SimClient, SimScamper, type SimScamperOptions, TestLog, silent } from '../../testing/index.js';
import { folder } from '../core/support/folder.js';
import { keeping } from '../core/support/plugins.js';
import unixTransport from './support/unix-transport.js';

/** A controller with no other transport than the third party's. */
async function controllerOverUnix(pause: boolean) {
  const at = folder();
  const log = new TestLog();
  const plugins = [[unixTransport, { path: 'scampers', pause }], keeping(900)] as const;
  const controller = await createController({ plugins, logger: log, clock: new FakeClock(), directory: at.path });
  const path = join(at.path, 'scampers');
  const dialled: Socket[] = [];
  onTestFinished(async () => {
    for (const socket of dialled) socket.destroy();
    await controller.stop();
    at[Symbol.dispose]();
  });
  await controller.start();
  const dial = (): Socket => {
    const socket = connect(path);
    socket.on('error', () => undefined); // `close` follows
    dialled.push(socket);
    return socket;
  };
  const attach = async (options: SimScamperOptions = {}): Promise<SimScamper> => {
    const scamper = new SimScamper(dial(), options);
    await scamper.attach();
    return scamper;
  };
  const client = (): SimClient => {
    const instance = controller.instances[0];
    if (instance === undefined) throw new Error('nobody is attached');
    return SimClient.attach(instance);
  };
  return { controller, log, path, dial, attach, client };
}

describe.each([
  ['as they come', false],
  ['paused', true],
])('a transport of a third party that hands connections over %s', (_how, pause) => {
  test('carries a whole session', async () => {
    const { controller, attach, client } = await controllerOverUnix(pause);
    const scamper = await attach({ monitorName: 'foo' });
    expect(scamper.received[0]).toEqual({ type: 'id', id: 'unix-1' });
    expect(controller.instances.map(({ name, transport }) => `${name} over ${transport}`)).toEqual([
      'foo-unix-1 over unix-transport',
    ]);
    const user = client();
    await user.until('MORE');
    user.send('ping 192.0.2.9\n');
    await user.until('OK id-1');
    user.send('done\n');
    await user.end;
    expect(user.ended).toBe(true);
    expect(scamper.violation).toBeUndefined();
  });

  test('carries a resume, under the name of the new connection, with the client', async () => {
    const { controller, log, dial, attach, client } = await controllerOverUnix(pause);
    const scamper = await attach();
    const user = client();
    await user.until('MORE');
    scamper.cut();
    await log.waitFor('instance.zombie');
    user.send('ping\n');
    expect(await scamper.resume(dial())).toBe(true);
    await user.until('OK id-1');
    expect(controller.instances.map(({ name }) => name)).toEqual(['unix-2']);
  });

  test('carries much, both ways, in order', async () => {
    const { attach, client } = await controllerOverUnix(pause);
    const scamper = await attach({ script: silent });
    const user = client();
    await scamper.waitFor('open');
    const lines = Array.from({ length: 2_000 }, (_each, index) => `${index} ${'.'.repeat(index % 700)}\n`).join('');
    for (let at = 0; at < lines.length; at += 9_000) scamper.send(1, lines.slice(at, at + 9_000));
    scamper.send(1, 'end\n');
    user.send(lines);
    user.send('end\n');
    await user.until('\nend\n');
    expect(user.text).toBe(`${lines}end\n`);
    while (!heard(scamper).endsWith('\nend\n')) await scamper.waitFor('data');
    expect(heard(scamper)).toBe(`${lines}end\n`);
    expect(scamper.violation).toBeUndefined();
  });

  test('may bring everything at once: hello, frames, half a frame', async () => {
    const { log, dial } = await controllerOverUnix(pause);
    const socket = dial();
    const hello = encodeFrame(0, 0, Buffer.from('\x00\x088 octets\x00', 'latin1'));
    const data = encodeFrame(1, 9, Buffer.from('nobody listens'));
    socket.write(Buffer.concat([hello, encodeFrame(0, 9, Buffer.from('x')), data.subarray(0, 13)]));
    await log.waitFor('instance.attached');
    socket.write(Buffer.concat([data.subarray(13), encodeFrame(7, 9, Buffer.from('wrong'))]));
    const { message } = await log.waitFor('instance.disconnected');
    expect(message).toBe('unix-1 disconnected: sequence 7 where 2 was due: the instance broke the protocol');
  });

  test('is told apart when its peer leaves or talks nonsense', async () => {
    const { log, dial } = await controllerOverUnix(pause);
    dial().end();
    await log.waitFor('connection.refused', {
      code: 'SCR_HELLO_EARLY_END',
      peer: 'unix-1',
      transport: 'unix-transport',
    });
    dial().write('GET / HTTP/1.0\r\n\r\n');
    await log.waitFor('connection.refused', { code: 'SCR_HELLO_INVALID', peer: 'unix-2' });
  });

  test('releases its socket when the controller stops', async () => {
    const { controller, path, attach } = await controllerOverUnix(pause);
    const scamper = await attach();
    expect(existsSync(path)).toBe(true);
    await controller.stop();
    await scamper.closed;
    expect(existsSync(path)).toBe(false);
  });
});

test('a transport of a third party is refused without its option', async () => {
  const created = createController({ plugins: [unixTransport], logger: new TestLog() });
  await expect(created).rejects.toMatchObject({ problems: ['plugins: plugin unix-transport: path: missing'] });
});

function heard(scamper: SimScamper): string {
  return scamper.received.map((each) => (each.type === 'data' ? each.bytes.toString('latin1') : '')).join('');
}
