import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { measure, start, startController, startScamper, temporaryFolder, whyNot } from '../support/real.js';

const plugin = fileURLToPath(new URL('../index.js', import.meta.url));
const relay = fileURLToPath(new URL('../bin/relay.js', import.meta.url));

test(
  'a real scamper measures through the relay, and its results come back',
  {
    skip: whyNot(),
    timeout: 60_000,
  },
  async (t) => {
    const folder = await temporaryFolder(t);
    const controller = await startController(t, folder, [
      [plugin, { listen: '127.0.0.1:0', path: '/vp' }],
      ['unix-export', { directory: 'sockets' }],
    ]);
    const { port } = await controller.line({ event: 'websocket.listening' });
    const url = `ws://127.0.0.1:${port}/vp`;
    const relaying = start(t, process.execPath, [relay, url, '--listen', '127.0.0.1:0'], folder);
    const [, relayPort] = await relaying.until((text) => /listening on 127\.0\.0\.1 port (\d+)/.exec(text));

    startScamper(t, folder, `127.0.0.1:${relayPort}`, 'ams-1');
    const { instance, transport } = await controller.line({ event: 'instance.attached' });
    assert.match(instance, /^ams-1-127\.0\.0\.1:/);
    assert.equal(transport, 'websocket');
    const ping = await measure(t, folder, instance, 'ping -c 1 127.0.0.1');
    assert.match(ping, /^ping from 127\.0\.0\.1 to 127\.0\.0\.1/m);
    const traces = await measure(t, folder, instance, Array(50).fill('trace -P icmp-paris -q 1 127.0.0.1').join('\n'));
    assert.equal(traces.split(/^traceroute from 127\.0\.0\.1 to 127\.0\.0\.1/m).length - 1, 50);

    controller.child.kill('SIGTERM');
    assert.equal(await controller.finished, 0);
    await relaying.until((text) => (text.includes(': ended\n') ? true : undefined));
  },
);
