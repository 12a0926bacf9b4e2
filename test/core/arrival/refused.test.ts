import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../../../core/protocol/frame.js';
import { ipPeer } from '../../../plugin-sdk/index.js';
import { startBench } from '../../../plugin-sdk/testing/index.js';
import { refused } from '../support/refused.js';

const masterNew = (magic: string, ...rest: number[]): Buffer =>
  Buffer.concat([Buffer.from([0, magic.length]), Buffer.from(magic), Buffer.from(rest)]);

describe('a peer that does not speak the protocol is refused', () => {
  test.each([
    ['something else entirely', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'a frame of 21584 octets is not allowed here'],
    ['a TLS client', Buffer.from('16030100f8010000f40303aabb', 'hex'), 'a frame of 62467 octets is not allowed here'],
    ['a length of 0', Buffer.alloc(10), 'a frame of 0 octets is not allowed here'],
    ['a hello that is too long', encodeFrame(0, 0, Buffer.alloc(514)), 'a frame of 514 octets is not allowed here'],
    ['data first', encodeFrame(0, 1, Buffer.from('MORE\n')), 'the first frame is not a control message'],
    [
      'a sequence other than 0',
      encodeFrame(1, 0, masterNew('8 octets', 0)),
      'the first frame is not a control message',
    ],
    [
      'a keepalive first',
      encodeFrame(0, 0, Buffer.from([4])),
      'the first message has type 4, not MASTER_NEW or MASTER_RES',
    ],
    ['no magic', encodeFrame(0, 0, Buffer.from([0, 0, 0])), 'the magic is missing or cut short'],
    [
      'half a name',
      encodeFrame(0, 0, masterNew('8 octets', 9, 65)),
      'the monitor name has another length than announced',
    ],
    ['half a resume', encodeFrame(0, 0, Buffer.from([6, 1, 1, 0, 0])), 'MASTER_RES has the wrong length'],
  ])('%s', async (_what, bytes, detail) => {
    await using bench = await startBench();
    const scamper = bench.dial();
    scamper.raw(bytes);
    const { level, fields, message } = await refused(bench, scamper);
    const cause = 'the peer does not speak the scamper remote protocol';
    expect(message).toBe(`192.0.2.1:1025 refused: ${detail}: ${cause}`);
    expect(level).toBe('warn');
    expect(fields).toMatchObject({
      code: 'SCR_HELLO_INVALID',
      step: 'hello',
      peer: '192.0.2.1:1025',
      transport: 'memory',
    });
    expect(scamper.received).toEqual([]);
    expect(bench.controller.instances).toEqual([]);
  });
});

test.each(['a/b', '../../etc', 'white space', 'under_score', 'é', 'a\0b'])(
  'the monitor name %j is refused',
  async (monitorName) => {
    await using bench = await startBench();
    const scamper = bench.dial({ monitorName });
    scamper.hello();
    const { fields, message } = await refused(bench, scamper);
    const cause = 'the monitor name has characters other than letters, digits, . and -';
    expect(message).toBe(`192.0.2.1:1025 refused: ${JSON.stringify(monitorName)}: ${cause}`);
    expect(fields).toMatchObject({ code: 'SCR_MONITOR_NAME', step: 'identify' });
  },
);

test('a second instance with a known magic is refused, the first goes on', async () => {
  await using bench = await startBench();
  const first = await bench.attach();
  const client = bench.client();
  const second = bench.dial({ magic: first.magic });
  second.hello();
  expect((await refused(bench, second)).fields).toMatchObject({ code: 'SCR_MAGIC_TAKEN', step: 'identify' });
  client.send('ping\n');
  await client.until('OK id-1');
  expect(bench.controller.instances).toHaveLength(1);
  expect(second.received).toEqual([]);
});

test('two instances cannot have the same name; the second may come back from another port', async () => {
  await using bench = await startBench();
  const peer = ipPeer('192.0.2.7', 4000);
  const first = await bench.attach({ peer });
  const second = bench.dial({ peer });
  second.hello();
  const { fields } = await refused(bench, second);
  expect(fields).toMatchObject({ code: 'SCR_NAME_TAKEN', step: 'attach' });
  expect(first.stream.destroyed).toBe(false);
  await bench.attach({ magic: second.magic, peer: ipPeer('192.0.2.7', 4001) });
  expect(bench.controller.instances.map(({ name }) => name)).toEqual(['192.0.2.7:4000', '192.0.2.7:4001']);
});

test('the name of an instance is free again when it has gone', async () => {
  await using bench = await startBench();
  const peer = ipPeer('192.0.2.7', 4000);
  const first = await bench.attach({ peer });
  first.cut();
  await bench.log.waitFor('instance.gone');
  await bench.attach({ peer });
  expect(bench.controller.instances).toHaveLength(1);
});

test.each(['', '..', 'a/b', 'x'.repeat(201)])('a transport that calls its peer %j is refused', async (label) => {
  await using bench = await startBench();
  const scamper = bench.dial({ peer: { kind: 'label', label } });
  scamper.hello();
  expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_INTERNAL', transport: 'memory' });
  expect(bench.controller.instances).toEqual([]);
});

test.each([
  { kind: 'ip', address: '../../tmp/x', port: 1 },
  { kind: 'ip', address: 'localhost', port: 1 },
  { kind: 'ip', address: '192.0.2.1', port: 70_000 },
] as const)('a transport that names its peer by $address and $port is refused: no name is made of it', async (peer) => {
  await using bench = await startBench();
  const scamper = bench.dial({ peer });
  scamper.hello();
  expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_INTERNAL', transport: 'memory' });
  expect(bench.controller.instances).toEqual([]);
});
