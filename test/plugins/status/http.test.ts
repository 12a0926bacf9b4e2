import { connect } from 'node:net';
import { statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import status from '../../../plugins/status/index.js';
import { startBench } from '../../../testing/index.js';
import type { PluginEntry } from '../../../core/contract/plugin.js';
import { readinessOf } from '../../../plugins/status/readiness.js';
import { ask, startStatus } from './support/status.js';

/** Starts one that listens on a port of loopback, too. */
async function withPage(options: object = {}, others: readonly PluginEntry[] = []) {
  const started = await startStatus({ listen: '127.0.0.1:0', ...options }, others);
  const { url } = started.bench.log.of('status.listening').find(({ fields }) => 'url' in fields)?.fields ?? {};
  const { port } = new URL(String(url));
  return { ...started, page: { port: Number(port) } };
}

describe('over TCP', () => {
  test('all can be looked at, nothing changed', async () => {
    const { bench, page } = await withPage();
    const scamper = await bench.attach({ monitorName: 'ams-nl' });
    scamper.cut();
    await bench.log.waitFor('instance.gone');
    expect((await ask(page, '/api/v1/vps/ams-nl')).code).toBe(200);
    const refused = await ask(page, '/api/v1/vps/ams-nl', { method: 'DELETE' });
    expect(refused).toMatchObject({ code: 405, headers: { allow: 'GET, HEAD' } });
    expect((await ask(page, '/api/v1/log', { method: 'PUT', body: '{"level":"debug"}' })).code).toBe(405);
    expect((await ask(page, '/api/v1/vps/ams-nl')).code).toBe(200);
  });

  test.each(['localhost', 'LOCALHOST:80', '127.0.0.1', '[::1]:9311', 'status.example.org'])(
    'Host: %s is known',
    async (host) => {
      const { page } = await withPage({ hosts: ['status.example.org'] });
      expect((await ask(page, '/livez', { headers: { Host: host } })).code).toBe(200);
    },
  );

  test.each(['evil.example.org', 'localhost.evil.example.org', '127.0.0.1.evil.example.org:80'])(
    'Host: %s is refused, whatever is asked for',
    async (host) => {
      const { page } = await withPage();
      for (const path of ['/', '/metrics', '/api/v1/stream', '/nothing']) {
        expect((await ask(page, path, { headers: { Host: host } })).code).toBe(421);
      }
    },
  );

  test.each(['0.0.0.0:0', '[::]:0', '192.0.2.1:0'])(
    '%s shows the fleet to the network: refused without `insecure`',
    async (listen) => {
      await expect(startBench([[status, { socket: '', listen }]])).rejects.toThrow(
        'the status would be shown to the network',
      );
    },
  );

  test('HEAD has the headers and no body', async () => {
    const { page } = await withPage();
    const [got, head] = [await ask(page, '/api/v1/vps'), await ask(page, '/api/v1/vps', { method: 'HEAD' })];
    expect(head).toMatchObject({ code: 200, text: '', headers: { 'content-length': got.headers['content-length'] } });
  });
});

test('every answer keeps browsers from more than the page needs', async () => {
  const { where } = await startStatus();
  for (const path of ['/', '/metrics', '/nothing']) {
    const { headers } = await ask(where, path);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; connect-src 'self'/,
    );
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
});

test('the control socket is its user’s alone', async () => {
  const { where } = await startStatus();
  expect(statSync(where.socketPath).mode & 0o777).toBe(0o600);
});

test.each([
  ['a body that is too long', `{"level":"${'x'.repeat(5_000)}"}`],
  ['a body that is no JSON', 'level=debug'],
])('%s is refused', async (_what, body) => {
  const { where } = await startStatus();
  expect((await ask(where, '/api/v1/log', { method: 'PUT', body })).code).toBe(400);
});

test('65 connections at a time: one is let go, and the next one served when another has left', async () => {
  const { where } = await startStatus();
  const sockets = await Promise.all(
    Array.from(
      { length: 64 },
      () =>
        new Promise<ReturnType<typeof connect>>((resolve) => {
          const socket = connect(where.socketPath, () => resolve(socket));
        }),
    ),
  );
  await expect(ask(where, '/livez')).rejects.toThrow();
  sockets[0]?.destroy();
  await expect
    .poll(() =>
      ask(where, '/livez').then(
        ({ code }) => code,
        () => 0,
      ),
    )
    .toBe(200);
  for (const socket of sockets) socket.destroy();
});

describe('health', () => {
  test('/readyz and /livez', async () => {
    const { where } = await startStatus();
    expect(await ask(where, '/readyz')).toMatchObject({ code: 200 });
    expect(await ask(where, '/livez')).toMatchObject({ code: 200, text: 'ok\n' });
  });

  const [listening, descriptors] = [
    [{ plugin: 'tcp', name: 'listening', values: [{ port: 1 }] }],
    { openDescriptors: 100, maxDescriptors: 1_024 },
  ];

  test.each([
    ['new', 'starting'],
    ['starting', 'starting'],
    ['running', undefined],
    ['stopping', 'stopping'],
    ['stopped', 'stopping'],
  ] as const)('%s: %s', (state, reason) => {
    expect(readinessOf({ state, facts: listening }, descriptors)).toEqual({ ready: reason === undefined, reason });
  });

  test('nobody listens; no descriptors are left', () => {
    const state = 'running';
    expect(readinessOf({ state, facts: [] }, descriptors)).toEqual({ ready: false, reason: 'not listening' });
    const few = { openDescriptors: 1_009, maxDescriptors: 1_024 };
    expect(readinessOf({ state, facts: listening }, few)).toEqual({ ready: false, reason: 'out of descriptors' });
    expect(readinessOf({ state, facts: listening }, {}).ready).toBe(true);
  });
});
