import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimScamper, startBench } from 'sc-remoted/plugin-sdk/testing';
import { WebSocket } from 'ws';
import websocket from '../index.js';
import { WebSocketStream } from '../lib/stream.js';

/** A folder that is removed after the test. */
export async function temporaryFolder(t) {
  const folder = await mkdtemp(join(tmpdir(), 'scw-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A controller with the plugin on a free port of the loopback, a fake clock, and whatever a test needs around it. */
export async function start(t, options = {}, { plugins = [], ...more } = {}) {
  const bench = await startBench([[websocket, { listen: '127.0.0.1:0', ...options }], ...plugins], more);
  t.after(() => bench.stop());
  const { port } = bench.log.of('websocket.listening')[0].fields;
  const url = `${options.cert === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}${options.path ?? '/'}`;
  /** A WebSocket client that is not yet open. */
  const open = (settings = {}, target = url) => {
    const socket = new WebSocket(target, settings);
    socket.on('error', () => undefined); // `close` follows
    t.after(() => socket.terminate());
    return socket;
  };
  /** A simulated scamper that dials in. */
  const dial = (settings, scamper) => new SimScamper(new WebSocketStream(open(settings)), scamper);
  const attach = async (settings, scamper) => {
    const dialled = dial(settings, scamper);
    await dialled.attach();
    return dialled;
  };
  return { ...bench, port, url, open, dial, attach };
}
