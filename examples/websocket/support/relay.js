import { connect } from 'node:net';
import { Relay } from '../lib/relay.js';

/** A relay on a free port; its log is kept, and can be waited for. */
export async function startRelay(t, url, more = {}) {
  const lines = [];
  let wake = () => undefined;
  const log = (line) => {
    lines.push(line.replace(/^127\.0\.0\.1 port \d+: /, ''));
    wake();
  };
  const relay = new Relay({ url, endpoint: { host: '127.0.0.1', port: 0 }, log, ...more });
  const { port } = await relay.open();
  t.after(() => relay.close());
  const logged = async (expected) => {
    while (!lines.some((line) => line === expected)) await new Promise((resolve) => (wake = resolve));
  };
  /** What scamper does. */
  const dial = () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined); // `close` follows
    t.after(() => socket.destroy());
    return socket;
  };
  return { relay, lines, logged, dial, port };
}
