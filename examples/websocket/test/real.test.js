import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipReal, startRealBench } from 'sc-remoted/plugin-sdk/testing';
import websocket from '../index.js';
import { startRelay } from '../support/relay.js';

test(
  'a real scamper measures through the relay, and its results come back',
  { skip: skipReal(), timeout: 60_000 },
  async (t) => {
    const bench = await startRealBench([[websocket, { listen: '127.0.0.1:0', path: '/vp' }]]);
    t.after(() => bench.stop());
    const { fields } = await bench.log.waitFor('websocket.listening');
    const { port, logged } = await startRelay(t, `ws://127.0.0.1:${fields.port}/vp`);

    const scamper = await bench.attach({ monitorName: 'ams-1', target: `127.0.0.1:${port}` });
    assert.match(scamper.instance, /^ams-1-127\.0\.0\.1:/);
    assert.equal(bench.log.of('instance.attached')[0].fields.transport, 'websocket');
    const ping = await scamper.measure('ping -c 1 127.0.0.1');
    assert.match(ping.dump, /^ping from 127\.0\.0\.1 to 127\.0\.0\.1/m);
    const traces = await scamper.measure(...Array(50).fill('trace -P icmp-paris -q 1 127.0.0.1'));
    assert.equal(traces.dump.split(/^traceroute from 127\.0\.0\.1 to 127\.0\.0\.1/m).length - 1, 50);

    await bench.controller.stop();
    await logged('ended');
  },
);
