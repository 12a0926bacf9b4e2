import { expect, test } from 'vitest';
import {
  type Plugin,
  type PluginController,
  auditTrail,
  definePlugin,
  filterCommands,
} from '../../../plugin-sdk/index.js';
import { SimClient, memoryPair } from '../../../testing/index.js';
import { eventually } from '../mux/support/eventually.js';
import { type Line, startAudited, textIn } from './support.js';

const START = '2026-01-01T00:00:00.000Z';

/** A scamper that says what the test makes it say. */
const quiet = { script: {} };

function pluginNamed(name: string, setup: (controller: PluginController<object>) => void): Plugin<object> {
  return definePlugin({ name, schema: { type: 'object' }, setup });
}

/** The lines of some events, without their time. */
function of(lines: readonly Line[], ...events: string[]): object[] {
  return lines.filter(({ event }) => events.includes(event)).map(({ time: _time, ...rest }) => rest);
}

test('a client and its commands, from a scamper that names its tasks', async () => {
  const bench = await startAudited();
  const scamper = await bench.attach(quiet);
  const [ours, theirs] = memoryPair();
  const credentials = { uid: 4_242_424, gid: 4_242_425, pid: 4321 };
  bench.instance().connect(ours, { socket: '/run/vp/a', credentials });
  const client = new SimClient(theirs);
  scamper.send(1, 'MORE\n');
  await client.until('MORE');
  client.send('ping -c 3 192.0.2.9\nbogus\n');
  await scamper.waitFor('data');
  await bench.clock.advance(1_500);
  scamper.send(1, 'OK id-7\nERR command not accepted\nDATA 4 id-7 inprog\nabc\nDATA 6 id-7\nabcde\n');
  await client.until('abcde');
  client.leave();
  await bench.log.waitFor('client.gone');
  const lines = await bench.lines();
  const who = {
    client: 1,
    instance: '192.0.2.1:1025',
    instanceId: 1,
    channel: 1,
    socket: '/run/vp/a',
    connection: 1,
    uid: 4_242_424,
    gid: 4_242_425,
    pid: 4321,
  };
  expect(lines.filter(({ event }) => /^(client|command)\./.test(event))).toEqual([
    { time: START, event: 'client.attached', ...who },
    { time: START, event: 'command.sent', ...who, number: 1, command: 'ping -c 3 192.0.2.9' },
    { time: START, event: 'command.sent', ...who, number: 2, command: 'bogus' },
    { time: '2026-01-01T00:00:01.500Z', event: 'command.accepted', ...who, number: 1, task: 7 },
    { time: '2026-01-01T00:00:01.500Z', event: 'command.rejected', ...who, number: 2, error: 'command not accepted' },
    {
      time: '2026-01-01T00:00:01.500Z',
      event: 'command.finished',
      ...who,
      number: 1,
      task: 7,
      results: 2,
      resultBytes: 10,
      seconds: 1.5,
    },
    {
      time: '2026-01-01T00:00:01.500Z',
      event: 'client.detached',
      ...who,
      sent: 2,
      accepted: 1,
      rejected: 1,
      refused: 0,
      results: 2,
      resultBytes: 10,
      seconds: 1.5,
    },
  ]);
});

test('results of an old scamper, which does not name the task, count for the client', async () => {
  const bench = await startAudited();
  const scamper = await bench.attach(quiet);
  const client = bench.client();
  client.send('ping 192.0.2.9\n');
  await scamper.waitFor('data');
  scamper.send(1, 'OK id-1\nDATA 10\nERR abcde\nMORE\n');
  await client.until('MORE');
  client.leave();
  await bench.log.waitFor('client.gone');
  const lines = await bench.lines();
  expect(of(lines, 'command.finished')).toEqual([]);
  const [left] = of(lines, 'client.detached');
  expect(left).toMatchObject({ sent: 1, accepted: 1, results: 1, resultBytes: 10 });
});

test('a command that another plugin refuses, and one that nobody answers', async () => {
  const policy = pluginNamed('policy', (controller) =>
    filterCommands(controller, {
      command: ({ verb }) => (verb === 'sting' ? { refuse: 'no sting here', rule: 'calm' } : undefined),
    }),
  );
  const bench = await startAudited({}, [policy]);
  const scamper = await bench.attach(quiet);
  const client = bench.client();
  client.send('sting 192.0.2.9\nping 192.0.2.9\nping\t1\n');
  await scamper.waitFor('data');
  scamper.cut();
  await client.end;
  const who = { client: 1, instance: '192.0.2.1:1025', instanceId: 1, channel: 1, connection: 1 };
  const lines = await bench.lines();
  expect(of(lines, 'command.sent', 'command.refused', 'command.accepted')).toEqual([
    {
      event: 'command.refused',
      ...who,
      number: 1,
      command: 'sting 192.0.2.9',
      by: 'policy',
      rule: 'calm',
      reason: 'no sting here',
    },
    { event: 'command.sent', ...who, number: 2, command: 'ping 192.0.2.9' },
    { event: 'command.refused', ...who, number: 3, command: 'ping\t1', reason: 'invalid character in the command' },
  ]);
  const [left] = of(lines, 'client.detached');
  expect(left).toMatchObject({ sent: 1, accepted: 0, rejected: 0, refused: 2 });
});

test('without a plugin that decides, not one byte is changed', async () => {
  const bench = await startAudited();
  const scamper = await bench.attach(quiet);
  const client = bench.client();
  const text = 'ping 1\r\n\n\tx\0y\nunfinished';
  client.send(text);
  const { bytes } = await scamper.waitFor('data');
  expect(bytes.toString()).toBe(text);
});

test('the life of an instance', async () => {
  const keeper = pluginNamed('keeper', ({ hooks }) => hooks.disconnect.tap(() => ({ keepFor: 60_000 })));
  const bench = await startAudited({}, [keeper]);
  const tls = {
    authorized: true,
    names: ['ams-1.example.org'],
    fingerprint256: 'AB:CD',
    subject: 'CN=ams-1',
    protocol: 'TLSv1.3',
  };
  const scamper = await bench.attach({ monitorName: 'ams-1', tls });
  const { fingerprint } = bench.instance();
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  await bench.resume(scamper, { peer: { kind: 'ip', address: '2001:db8::7', port: 9 } });
  await bench.controller.stop();
  const lines = await bench.lines();
  const certificate = { certificate: 'AB:CD', certificateNames: ['ams-1.example.org'], certificateSubject: 'CN=ams-1' };
  const first = { transport: 'memory', peer: '192.0.2.1:1025', ...certificate };
  const second = { transport: 'memory', peer: '2001:db8::7.9' };
  const instance = (name: string) => ({ instance: name, instanceId: 1, monitorName: 'ams-1' });
  expect(lines.map(({ time: _time, pid: _pid, ...rest }) => rest)).toEqual([
    { event: 'audit.started' },
    { event: 'connection.opened', ...first },
    { event: 'instance.attached', ...instance('ams-1-192.0.2.1:1025'), fingerprint, ...first },
    {
      event: 'instance.disconnected',
      ...instance('ams-1-192.0.2.1:1025'),
      code: 'SCR_INSTANCE_ENDED',
      reason: 'the instance closed the connection',
    },
    { event: 'connection.opened', ...second },
    { event: 'instance.resumed', ...instance('ams-1-2001:db8::7.9'), fingerprint, ...second },
    {
      event: 'instance.gone',
      ...instance('ams-1-2001:db8::7.9'),
      code: 'SCR_STOPPED',
      reason: 'the controller is stopping',
    },
    { event: 'audit.stopped' },
  ]);
});

test('a magic is never written', async () => {
  const bench = await startAudited();
  const magic = Buffer.from('magicAB!');
  const scamper = await bench.attach({ ...quiet, magic });
  const client = bench.client();
  client.send('ping 192.0.2.9\n');
  await scamper.waitFor('data');
  scamper.cut();
  await client.end;
  const text = JSON.stringify(await bench.lines());
  expect(text).toMatch(/instance\.gone/);
  for (const form of ['latin1', 'hex', 'base64'] as const)
    expect(!text.includes(magic.toString(form)), form).toBe(true);
});

test('a very long command is cut', async () => {
  const bench = await startAudited();
  const scamper = await bench.attach(quiet);
  bench.client().send(`ping ${'1'.repeat(5_000)}\n`);
  await scamper.waitFor('data');
  const [sent] = of(await bench.lines(), 'command.sent');
  expect(sent).toMatchObject({ command: `ping ${'1'.repeat(4_091)}`, length: 5_005 });
});

test('other plugins write into the trail, from their start on', async () => {
  const other = pluginNamed('other', (controller) => {
    controller.hooks.start.tap(() => {
      controller.use(auditTrail)?.record('other.loaded', { rules: 3, time: 'forged', event: 'forged' });
      controller.use(auditTrail)?.record('other.ready');
    });
  });
  const bench = await startAudited({}, [other]);
  const lines = await bench.lines();
  expect(lines.slice(1, 3)).toEqual([
    { time: START, event: 'other.loaded', rules: 3 },
    { time: START, event: 'other.ready' },
  ]);
});

test('users and groups have their names as soon as the system has told them', async () => {
  const bench = await startAudited();
  await bench.attach();
  const [ours, theirs] = memoryPair();
  bench.instance().connect(ours, { credentials: { uid: 0, gid: 0, pid: 1 } });
  const client = new SimClient(theirs);
  await client.until('MORE');
  await eventually(() => {
    client.send('ping 192.0.2.9\n');
    return textIn(bench.directory).includes('"uid":0,"user":"root","gid":0,"group":"root"');
  }, 'a line with names');
});

test('a client that was not let in, and a connection that was not', async () => {
  const guard = pluginNamed('guard', ({ hooks }) => {
    hooks.open.tap(() => ({ deny: 'nobody today' }));
    hooks.authenticate.tap(({ monitorName }) => (monitorName === 'x' ? { deny: 'not you' } : undefined));
  });
  const bench = await startAudited({}, [guard]);
  await bench.attach();
  const [ours] = memoryPair();
  const peer = { kind: 'ip', address: '2001:db8::5', port: 7 } as const;
  const tls = { authorized: true, names: ['a.example'], fingerprint256: 'AB', subject: 'CN=a', protocol: 'TLSv1.3' };
  expect(() => bench.instance().connect(ours, { peer, tls })).toThrow('nobody today');
  await expect(bench.attach({ monitorName: 'x' })).rejects.toThrow('not you');
  await eventually(() => /client\.refused[^]*connection\.refused/.test(textIn(bench.directory)), 'both lines');
  const [client, connection] = of(await bench.lines(), 'client.refused', 'connection.refused');
  expect(client).toEqual({
    event: 'client.refused',
    instance: '192.0.2.1:1025',
    instanceId: 1,
    connection: 1,
    peer: '2001:db8::5.7',
    certificate: 'AB',
    certificateNames: ['a.example'],
    certificateSubject: 'CN=a',
    by: 'guard',
    code: 'SCR_CLIENT_DENIED',
    reason: expect.stringContaining('nobody today'),
  });
  expect(connection).toMatchObject({ monitorName: 'x', step: 'authenticate', by: 'guard' });
});
