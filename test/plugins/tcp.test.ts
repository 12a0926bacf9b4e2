import { Server } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createController } from '../../index.js';
import { TestLog, silent, startBench } from '../../testing/index.js';
import tcp from '../../plugins/tcp/index.js';
import { dial, freePort, listens, occupy, portOf, portsIn, tcp as connect } from './support/remote.js';

/** A controller that only listens, and is stopped when the test is over. */
async function listening(options: object) {
  const log = new TestLog();
  const controller = await createController({ plugins: [['tcp', options]], logger: log });
  onTestFinished(() => controller.stop());
  return { controller, log };
}

async function started(options: object) {
  const made = await listening(options);
  await made.controller.start();
  return made;
}

test('port 0 takes one free port for both families and logs it', async () => {
  const { log } = await started({ listen: 0 });
  const lines = log.of('tcp.listening');
  const [port] = portsIn(log);
  expect(port).toBeGreaterThan(0);
  expect(lines.map(({ level, message }) => [level, message])).toEqual([
    ['info', `listening on 0.0.0.0 port ${port}`],
    ['info', `listening on :: port ${port}`],
  ]);
});

test('IPv4 and IPv6 scampers come in on the same port, each under its own kind of name', async () => {
  await using bench = await startBench([[tcp, { listen: 0 }]]);
  const port = portOf(bench);
  const four = await dial(port, { monitorName: 'four' });
  expect(await four.attach()).toMatch(/^127\.0\.0\.1:\d+$/);
  const six = await dial(port, { host: '::1', monitorName: 'six' });
  expect(await six.attach()).toMatch(/^::1\.\d+$/);
  expect(bench.controller.instances.map(({ name }) => name.replace(/\d+$/, ''))).toEqual([
    'four-127.0.0.1:',
    'six-::1.',
  ]);
});

test('the IPv6 socket is IPv6-only: another program may have the IPv4 port of the same number', async () => {
  const { port } = await occupy({ port: await freePort(), host: '0.0.0.0' });
  const { log } = await started({ listen: port, family: 'ipv6' });
  expect(log.of('tcp.listening').map(({ fields }) => fields['address'])).toEqual(['::']);
  expect(await listens(port, '::1')).toBe(true);
});

test.each([
  { name: 'a number', listen: (port: number) => port, addresses: ['0.0.0.0', '::'] },
  { name: 'a port', listen: String, addresses: ['0.0.0.0', '::'] },
  { name: 'ip:port', listen: (port: number) => `127.0.0.1:${port}`, addresses: ['127.0.0.1'] },
  { name: '[ip6]:port', listen: (port: number) => `[::1]:${port}`, addresses: ['::1'] },
  { name: 'a port, IPv4 only', listen: String, family: 'ipv4', addresses: ['0.0.0.0'] },
  { name: 'a port, IPv6 only', listen: String, family: 'ipv6', addresses: ['::'] },
  {
    name: 'ip:port, IPv4 only',
    listen: (port: number) => `127.0.0.1:${port}`,
    family: 'ipv4',
    addresses: ['127.0.0.1'],
  },
  { name: '[ip6]:port, IPv6 only', listen: (port: number) => `[::1]:${port}`, family: 'ipv6', addresses: ['::1'] },
])('listens on what is asked for: $name', async ({ listen, family = 'any', addresses }) => {
  const port = await freePort();
  const { log } = await started({ listen: listen(port), family });
  expect(log.of('tcp.listening').map(({ fields }) => [fields['address'], fields['port']])).toEqual(
    addresses.map((address) => [address, port]),
  );
  expect(await listens(port)).toBe(addresses.some((address) => !address.includes(':')));
  expect(await listens(port, '::1')).toBe(addresses.some((address) => address.includes(':')));
});

test('port 0 works with an address and with one family', async () => {
  for (const options of [
    { listen: '127.0.0.1:0' },
    { listen: '[::1]:0' },
    { listen: 0, family: 'ipv4' },
    { listen: '0', family: 'ipv6' },
  ]) {
    const { log } = await started(options);
    expect(portsIn(log)).toEqual([expect.toSatisfy((port: number) => port > 0)]);
  }
});

/** Has the system refuse to listen where a code is given for the call; the servers that asked, with what they asked for. */
function refuseToListen(codeFor: (call: number) => string | undefined) {
  const listen = Reflect.get(Server.prototype, 'listen') as (...args: unknown[]) => Server;
  const asked: { server: Server; host: string }[] = [];
  const spy = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server, ...args: unknown[]) {
    asked.push({ server: this, host: (args[0] as { host: string }).host });
    const code = codeFor(asked.length);
    if (code === undefined) return Reflect.apply(listen, this, args);
    process.nextTick(() => this.emit('error', Object.assign(new Error(`listen ${code}`), { code })));
    return this;
  });
  onTestFinished(() => spy.mockRestore());
  return asked;
}

test('with port 0, a port that only IPv4 could have is given back for another', async () => {
  const asked = refuseToListen((call) => (call === 2 ? 'EADDRINUSE' : undefined));
  const { log } = await started({ listen: 0 });
  expect(asked.map(({ host }) => host)).toEqual(['0.0.0.0', '::', '0.0.0.0', '::']);
  const [four, six, ...more] = portsIn(log);
  expect(four).toBe(six);
  expect(more).toEqual([]);
});

test.each([
  { title: 'ten ports that are taken', port: () => 0, code: 'EADDRINUSE', calls: 20 },
  { title: 'a port of one choice that is taken', port: freePort, code: 'EADDRINUSE', calls: 2 },
  { title: 'a port that may not be used', port: () => 0, code: 'EACCES', calls: 2 },
])('it gives up after $title', async ({ port, code, calls }) => {
  const listen = await port();
  const asked = refuseToListen((call) => (call % 2 === 0 ? code : undefined));
  const { controller } = await listening({ listen });
  await expect(controller.start()).rejects.toMatchObject({ cause: { code } });
  expect(asked).toHaveLength(calls);
  expect(asked.filter(({ server }) => server.listening)).toEqual([]);
});

test.each(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])('a machine without IPv6 listens with IPv4: %s', async (code) => {
  refuseToListen((call) => (call === 2 ? code : undefined));
  const { log } = await started({ listen: 0 });
  expect(log.of('tcp.no-ipv6')).toMatchObject([
    { level: 'warn', message: 'this machine has no IPv6: listening with IPv4 only' },
  ]);
  expect(log.of('tcp.listening')).toMatchObject([{ fields: { address: '0.0.0.0' } }]);
  expect(await listens(portsIn(log)[0] ?? 0)).toBe(true);
});

test('a failure to accept is told, and it listens on', async () => {
  const asked = refuseToListen(() => undefined);
  const { log } = await started({ listen: '127.0.0.1:0' });
  asked[0]?.server.emit('error', new Error('accept EMFILE'));
  expect(log.of('tcp.error')).toMatchObject([
    { level: 'warn', message: 'accept failed', fields: { cause: 'accept EMFILE' } },
  ]);
  expect(await listens(portsIn(log)[0] ?? 0)).toBe(true);
});

test.each([
  '',
  'http',
  '-1',
  '65536',
  '99999',
  '100000',
  '31337x',
  ' 31337',
  '0x7a69',
  '1.5',
  '127.0.0.1',
  '127.0.0.1:',
  ':31337',
  '127.0.0.1:65536',
  '127.0.0.1:http',
  '127.0.0.256:31337',
  '127.1:31337',
  'localhost:31337',
  '*:31337',
  '::1',
  '::1:31337',
  '[::1]',
  '[::1]31337',
  '[::1]:',
  '[::1]:65536',
  '[127.0.0.1]:31337',
  '[::g]:31337',
  '[]:31337',
  '[::1:31337',
  '1:2:3',
])('%j is not an address to listen on', async (listen) => {
  await expect(createController({ plugins: [['tcp', { listen }]] })).rejects.toMatchObject({
    code: 'SCR_LISTEN_INVALID',
    message: `listen ${listen}: this is not an address to listen on`,
    remedy: 'write port, ip:port or [ip6]:port, with a port from 0 to 65535',
  });
});

test.each([-1, 65_536, 1.5, true, null])('%j is not a value of listen', async (listen) => {
  await expect(createController({ plugins: [['tcp', { listen }]] })).rejects.toMatchObject({
    code: 'SCR_CONFIG_INVALID',
  });
});

test.each([
  ['127.0.0.1:0', 'ipv6'],
  ['[::1]:0', 'ipv4'],
])('%s does not go with family %s', async (listen, family) => {
  await expect(createController({ plugins: [['tcp', { listen, family }]] })).rejects.toMatchObject({
    code: 'SCR_LISTEN_FAMILY',
    message: `listen ${listen}: the address does not belong to the family asked for`,
  });
});

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '[::1]'],
])('a busy port is told with the address: %s', async (host, shown) => {
  const { port } = await occupy({ port: 0, host });
  const { controller } = await listening({ listen: `${shown}:${port}` });
  await expect(controller.start()).rejects.toMatchObject({
    code: 'SCR_PORT_BUSY',
    message: `${shown}:${port}: the port is already in use`,
    remedy: 'stop the program that uses it, or choose another port with -P',
  });
  expect(controller.state).toBe('stopped');
});

test('nothing listens after a failed start: the second family found its port busy', async () => {
  const { port } = await occupy({ port: await freePort(), host: '::' });
  const { controller, log } = await listening({ listen: port });
  await expect(controller.start()).rejects.toMatchObject({
    code: 'SCR_PORT_BUSY',
    message: `[::]:${port}: the port is already in use`,
  });
  expect(await listens(port)).toBe(false);
  expect(log.of('tcp.listening')).toEqual([]);
});

test('nothing listens after a failed start: a later plugin failed', async () => {
  const log = new TestLog();
  const controller = await createController({
    plugins: [
      ['tcp', { listen: 0 }],
      ['access', { group: 'no-such-group' }],
    ],
    logger: log,
  });
  await expect(controller.start()).rejects.toMatchObject({ code: 'SCR_ACCESS_GROUP' });
  const [port] = portsIn(log);
  expect(await listens(port ?? 0)).toBe(false);
  expect(await listens(port ?? 0, '::1')).toBe(false);
});

test('nothing listens when the controller is stopped while it starts', async () => {
  const port = await freePort();
  const { controller } = await listening({ listen: port });
  const start = controller.start();
  const stop = controller.stop();
  await expect(start).rejects.toMatchObject({ code: 'SCR_STOPPED' });
  await stop;
  expect(await listens(port)).toBe(false);
  expect(await listens(port, '::1')).toBe(false);
});

test('nothing listens after stop, and the port can be taken again at once', async () => {
  const port = await freePort();
  await using bench = await startBench([[tcp, { listen: port }]]);
  const scamper = await dial(port);
  await scamper.attach();
  await bench.stop();
  await scamper.closed;
  expect(await listens(port)).toBe(false);
  expect(await listens(port, '::1')).toBe(false);
  await started({ listen: port });
  expect(await listens(port)).toBe(true);
});

test.each([
  ['198.51.100.1:0', '198.51.100.1:0'],
  ['[2001:db8::1]:0', '[2001:db8::1]:0'],
])('%s is not an address of this machine', async (listen, shown) => {
  const { controller } = await listening({ listen });
  await expect(controller.start()).rejects.toMatchObject({
    code: 'SCR_ADDRESS_UNAVAILABLE',
    message: `${shown}: this machine does not have the address`,
  });
});

test('a small request is sent at once, not when what was sent before it is acknowledged', async () => {
  await using bench = await startBench([[tcp, { listen: '127.0.0.1:0' }]]);
  const scamper = await dial(portOf(bench), { script: silent, acknowledges: false });
  await scamper.attach();
  const client = bench.client();
  await scamper.waitFor('open');
  const times: number[] = [];
  for (let round = 0; round < 20; round++) {
    // In a dialogue the system acknowledges with the next data or after some 40 ms: the controller's ACK waits for it.
    scamper.send(1, 'x');
    await scamper.waitFor('ack');
    const before = performance.now();
    client.send('y');
    await scamper.waitFor('data');
    times.push(performance.now() - before);
  }
  expect(Math.min(...times.slice(-10))).toBeLessThan(20);
});

test('connections that are reset right after connect do no harm', async () => {
  await using bench = await startBench([[tcp, { listen: '127.0.0.1:0' }]]);
  const port = portOf(bench);
  await Promise.all(Array.from({ length: 100 }, async () => (await connect(port)).resetAndDestroy()));
  await Promise.all(
    Array.from({ length: 100 }, async () => {
      const socket = await connect(port);
      socket.write('x');
      socket.resetAndDestroy();
    }),
  );
  const scamper = await dial(port);
  expect(await scamper.attach()).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(bench.controller.instances).toHaveLength(1);
  expect(bench.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  const codes = new Set(bench.log.of('connection.refused').map(({ fields }) => fields['code']));
  expect([...codes]).toEqual(['SCR_HELLO_EARLY_END']);
});

test('relays many bytes both ways', async () => {
  await using bench = await startBench([[tcp, { listen: '[::1]:0' }]]);
  const scamper = await dial(portOf(bench), { host: '::1', script: { fin: (self, channel) => self.finish(channel) } });
  await scamper.attach();
  const client = bench.client();
  await scamper.waitFor('open');
  const up = Buffer.alloc(3_000_000, 'up and up ');
  client.send(up);
  for (let sent = 0; sent < 3_000_000; sent += 30_000) scamper.send(1, Buffer.alloc(30_000, 'down '));
  client.finish();
  await scamper.waitFor('fin');
  await client.end;
  const received = scamper.received.map((frame) => (frame.type === 'data' ? frame.bytes : Buffer.alloc(0)));
  expect(Buffer.concat(received).equals(up)).toBe(true);
  expect(client.text).toBe('down '.repeat(600_000));
  expect(scamper.violation).toBeUndefined();
});

test('a reload that names another address is told to take a restart', async () => {
  const { controller, log } = await started({ listen: '127.0.0.1:0' });
  await controller.reload();
  expect(log.of('reload.partial')).toEqual([]);
  await controller.reload([['tcp', { listen: '127.0.0.1:1' }]]);
  expect(log.of('reload.partial')).toMatchObject([
    { level: 'warn', message: 'another address needs a restart', fields: { plugin: 'tcp', option: 'listen' } },
  ]);
  expect(await listens(portsIn(log)[0] ?? 0)).toBe(true);
  await controller.reload([['tcp', { listen: 'x' }]]);
  expect(log.of('reload.failed')).toMatchObject([
    { message: 'kept as it was: listen x: this is not an address to listen on', fields: { plugin: 'tcp' } },
  ]);
  expect(log.of('reload.partial')).toHaveLength(1);
});

test('a reload that names another family is told to take a restart', async () => {
  const { controller, log } = await started({ listen: 0, family: 'ipv4' });
  await controller.reload([['tcp', { listen: 0, family: 'ipv6' }]]);
  expect(log.of('reload.partial')).toHaveLength(1);
});
