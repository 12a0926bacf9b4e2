import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import lookup from './index.js';

/** A directory that answers so. @returns its URL */
async function directory(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function benchWith(url: string) {
  const bench = await startBench([[lookup, { url, token: 'geheim' }]]);
  onTestFinished(() => bench.stop());
  return bench;
}

const known: RequestListener = ({ url, headers }, response) => {
  response.statusCode = headers.authorization === 'Bearer geheim' ? (url === '/ams-nl' ? 200 : 404) : 401;
  response.end('whatever');
};

test('who is in the directory is attached, others are not', async () => {
  const bench = await benchWith(await directory(known));
  await bench.attach({ monitorName: 'ams-nl' });
  bench.dial({ monitorName: 'san-us' }).hello();
  const { fields, message } = await bench.log.waitFor('connection.refused');
  expect([fields['code'], message]).toEqual(['SCR_DENIED', expect.stringContaining('san-us is not in the directory')]);
});

test('who has no name is not asked for', async () => {
  const bench = await benchWith('http://127.0.0.1:1/');
  bench.dial().hello();
  expect((await bench.log.waitFor('connection.refused')).message).toContain('it has no monitor name');
});

test('any other status denies', async () => {
  const bench = await benchWith(await directory((_request, response) => response.writeHead(500).end()));
  bench.dial({ monitorName: 'ams-nl' }).hello();
  expect((await bench.log.waitFor('connection.refused')).fields['code']).toBe('SCR_LOOKUP_ANSWER');
});

test('no answer in time denies', async () => {
  let asked = (): void => undefined;
  const wasAsked = new Promise<void>((resolve) => (asked = resolve));
  const bench = await benchWith(await directory(() => asked()));
  bench.dial({ monitorName: 'ams-nl' }).hello();
  await wasAsked;
  await bench.clock.advance(5_000);
  const { fields } = await bench.log.waitFor('connection.refused');
  expect(fields).toMatchObject({ code: 'SCR_HOOK_FAILED', cause: 'no answer in 5 s' });
});

test('the token is not shown', async () => {
  const bench = await benchWith('http://127.0.0.1:1/');
  expect(bench.controller.plugins.find(({ name }) => name === 'lookup')?.options).toMatchObject({ token: '(hidden)' });
});
