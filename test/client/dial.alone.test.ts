import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connect, connectInstance } from '../../client/index.js';

/** What its sockets are told while the mux is looked for where nobody is. */
async function told(tls: boolean): Promise<{ noDelay: unknown; keepAlive: unknown }> {
  const noDelay = vi.spyOn(Socket.prototype, 'setNoDelay');
  const keepAlive = vi.spyOn(Socket.prototype, 'setKeepAlive');
  onTestFinished(() => {
    noDelay.mockRestore();
    keepAlive.mockRestore();
  });
  await expect(connect({ host: '127.0.0.1', port: 1, tls })).rejects.toMatchObject({ code: 'SCR_NO_CONTROLLER' });
  return { noDelay: noDelay.mock.calls[0], keepAlive: keepAlive.mock.calls[0] };
}

test.each([false, true])('over TCP nothing waits for more, and silence is asked after; TLS: %s', async (tls) => {
  expect(await told(tls)).toEqual({ noDelay: [true], keepAlive: [true, 30_000] });
});

test('an instance that was left, but does not leave, keeps no program running', async () => {
  const place = mkdtempSync(join(tmpdir(), 'scr-'));
  const path = join(place, 'socket');
  const server = createServer({ allowHalfOpen: true }, (socket) => onTestFinished(() => void socket.destroy()));
  const unref = vi.spyOn(Socket.prototype, 'unref');
  onTestFinished(() => {
    unref.mockRestore();
    server.close();
    rmSync(place, { recursive: true });
  });
  await once(server.listen(path), 'listening');
  const channel = await connectInstance(path);
  expect(unref).not.toHaveBeenCalled();
  channel.close();
  await vi.waitUntil(() => unref.mock.calls.length > 0, { interval: 1 });
});
