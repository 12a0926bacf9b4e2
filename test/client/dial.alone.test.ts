import { Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connect } from '../../client/index.js';

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
