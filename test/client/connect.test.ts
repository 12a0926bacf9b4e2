import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Channel, ClientError, connect, connectInstance } from '../../client/index.js';
import { messages, startMux } from './support/strict-mux.js';
import { header, headerMessage, two } from './support/talk.js';
import { cycleStop, dataMessage, result, textsIn } from './support/warts.js';

const ping = 'ping 192.0.2.7';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'scr-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

async function listen(greet: (socket: Socket) => void): Promise<string> {
  const path = join(folder(), 'socket');
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    greet(socket);
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

describe('connecting to a mux', () => {
  test('by path, and over TCP', async () => {
    for (const options of [{}, { port: 0 }]) {
      const mux = await startMux({ instances: two, ...options });
      const fleet = await connect(mux.where);
      expect(fleet.vps().map(({ name }) => name)).toEqual(['ams-nl', 'san-us']);
      fleet.close();
    }
  });

  test('an empty fleet is one', async () => {
    const mux = await startMux();
    const fleet = await connect(mux.where);
    expect(fleet.vps()).toEqual([]);
    fleet.close();
  });

  test.each([
    ['nothing is there', (place: string) => ({ path: join(place, 'none') }), 'ENOENT'],
    ['a file is there', (place: string) => ({ path: join(place, 'file') }), 'ECONNREFUSED'],
    ['the path is too long', (place: string) => ({ path: join(place, 'x'.repeat(200)) }), undefined],
  ])('%s: SCR_NO_CONTROLLER', async (_name, where, cause) => {
    const place = folder();
    writeFileSync(join(place, 'file'), '');
    const { path } = where(place);
    await expect(connect({ path })).rejects.toMatchObject({
      name: 'ClientError',
      code: 'SCR_NO_CONTROLLER',
      message: expect.stringContaining(`${path}: no controller`),
      remedy: expect.stringContaining('mux'),
      cause: cause === undefined ? expect.any(Error) : expect.objectContaining({ code: cause }),
    });
  });

  test('nobody listens on the port: SCR_NO_CONTROLLER', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const failure: unknown = await connect({ host: '127.0.0.1', port }).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(ClientError);
    expect(failure instanceof ClientError ? failure.explain() : '').toMatch(
      /^SCR_NO_CONTROLLER: 127\.0\.0\.1:\d+: no controller.* \(connect ECONNREFUSED .*\); see the cause/,
    );
  });

  test.each(['MORE\n', 'M', 'HTTP/1.1 400 Bad Request\r\n\r\n', '\x15\x03\x01\0\x02\x02\x16'])(
    '%j is no mux',
    async (text) => {
      const path = await listen((socket) => socket.write(text, 'latin1'));
      await expect(connect({ path })).rejects.toMatchObject({ code: 'SCR_NOT_A_MUX' });
    },
  );

  test('data before GO is no mux', async () => {
    const mux = await startMux({ greeting: Buffer.concat([messages.update(1, two[1]), messages.data(1, 'MORE\n')]) });
    await expect(connect(mux.where)).rejects.toMatchObject({ code: 'SCR_NOT_A_MUX' });
  });

  test('who says nothing is given up after the time limit', async () => {
    const mux = await startMux({ greeting: Buffer.alloc(0) });
    const connecting = connect(mux.where, { timeout: 20 });
    await expect(connecting).rejects.toMatchObject({ code: 'SCR_MUX_SILENT' });
    const client = await mux.client();
    await mux.until('the half-close', () => client.left || undefined);
  });

  test('a signal gives up: before, and on the way', async () => {
    const mux = await startMux({ greeting: Buffer.alloc(0) });
    await expect(connect(mux.where, { signal: AbortSignal.abort(new Error('never')) })).rejects.toThrow('never');
    const abort = new AbortController();
    const connecting = connect(mux.where, { signal: abort.signal });
    await mux.client();
    abort.abort(new Error('no more'));
    await expect(connecting).rejects.toThrow('no more');
  });

  test('a signal changes nothing afterwards', async () => {
    const mux = await startMux({ instances: two });
    const abort = new AbortController();
    const fleet = await connect(mux.where, { signal: abort.signal });
    abort.abort();
    (await mux.client()).update(3, [[1, 'new']]);
    expect(await fleet.changes().next()).toMatchObject({ value: { type: 'arrived' } });
    fleet.close();
  });
});

describe('the socket of one instance', () => {
  /** An instance that says what it is told to when lines come. */
  async function instance(says: Readonly<Record<string, string>>): Promise<{ channel: Channel; heard: () => string }> {
    let heard = '';
    const path = await listen((socket) => {
      socket.write('MORE\n');
      socket.on('end', () => socket.end());
      socket.on('data', (chunk) => {
        heard += chunk.toString();
        for (const line of chunk.toString().split('\n')) if (says[line] !== undefined) socket.write(says[line]);
        if (heard.endsWith('done\n')) socket.end();
      });
    });
    return { channel: await connectInstance(path), heard: () => heard };
  }

  test('is a channel', async () => {
    const { channel, heard } = await instance({
      [ping]: `OK id-1\nMORE\n${headerMessage}${dataMessage(result('one'))}`,
      done: `OK\n${dataMessage(cycleStop())}`,
    });
    expect(textsIn(await channel.run(ping).warts())).toEqual(['one']);
    expect(channel.header).toEqual(header);
    expect(await channel.finish()).toEqual(cycleStop());
    expect(heard()).toBe(`${ping}\ndone\n`);
  });

  test('its end fails what is under way', async () => {
    const { channel } = await instance({ [ping]: 'OK id-1\n', 'ping 2': 'nonsense\n' });
    const measurement = channel.run(ping);
    channel.run('ping 2');
    const path = await listen((socket) => socket.end());
    const refused = await connectInstance(path);
    expect(await refused.closed).toMatchObject({ code: 'SCR_CHANNEL_REFUSED' });
    channel.close();
    await expect(measurement.warts()).rejects.toMatchObject({ code: 'SCR_CHANNEL_CLOSED' });
  });

  test('a mux is none', async () => {
    const mux = await startMux({ instances: two });
    if (!('path' in mux.where)) throw new Error('no path');
    const channel = await connectInstance(mux.where.path);
    expect(await channel.closed).toMatchObject({ code: 'SCR_ANSWER_BROKEN' });
  });

  test('a connection that breaks is told with its cause', async () => {
    const peers: Socket[] = [];
    const channel = await connectInstance(await listen((socket) => void peers.push(socket)));
    const measurement = channel.run(ping);
    const far = await vi.waitUntil(() => peers[0], { interval: 1 });
    far.write('MORE\n');
    far.destroy(); // in the same turn: the command finds nobody
    expect(await channel.closed).toMatchObject({
      code: 'SCR_CHANNEL_ENDED',
      message: expect.stringMatching(/EPIPE|ECONNRESET/),
    });
    await expect(measurement.warts()).rejects.toMatchObject({ code: 'SCR_CHANNEL_ENDED' });
  });

  test('leaving it ends our side', async () => {
    const ended: Socket[] = [];
    const path = await listen((socket) => void socket.on('end', () => ended.push(socket)).resume());
    const channel = await connectInstance(path);
    channel.close();
    await vi.waitUntil(() => ended.length > 0, { interval: 1 });
  });

  test('nobody there', async () => {
    await expect(connectInstance(join(folder(), 'none'))).rejects.toMatchObject({ code: 'SCR_NO_CONTROLLER' });
  });

  test('a program that does not take its results holds it up', async () => {
    const large = dataMessage(result('x'.repeat(60_000)), ' id-1 inprog');
    const peers: Socket[] = [];
    const channel = await connectInstance(await listen((socket) => void peers.push(socket)), { buffer: 100_000 });
    const measurement = channel.run(ping);
    const far = await vi.waitUntil(() => peers[0], { interval: 1 });
    far.write('MORE\n');
    await once(far, 'data');
    far.write('OK id-1\n');
    let sent = 0;
    while (far.writableLength < 10 * large.length) {
      far.write(large);
      sent++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    far.end(dataMessage(result('last'), ' id-1'));
    expect(textsIn(await measurement.warts())).toHaveLength(sent + 1);
  });
});
