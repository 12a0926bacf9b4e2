import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { EventReport, StatusReport, VpReport } from '../../../plugin-sdk/index.js';
import { schema } from '../../../plugins/status/api-schema.js';
import zombie from '../../../plugins/zombie/index.js';
import { ask, startStatus } from './support/status.js';

test('a VP is connected, away, back, and lost, each with since when and why', async () => {
  const { bench, json } = await startStatus({}, [[zombie, { time: 60 }]]);
  const started = bench.clock.date();
  const scamper = await bench.attach({ monitorName: 'ams-nl' });
  expect(await json('/api/v1/vps')).toMatchObject([
    { vp: 'ams-nl', monitorName: 'ams-nl', state: 'connected', since: started.toISOString(), instance: { clients: 0 } },
  ]);
  await bench.clock.advance(5_000);
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  const away = await json<VpReport>('/api/v1/vps/ams-nl');
  expect(away).toMatchObject({ state: 'away', reason: { code: 'SCR_INSTANCE_ENDED' }, reconnects: 0 });
  expect(away.instance?.keptUntil).toBe(new Date(started.getTime() + 65_000).toISOString());
  expect(await bench.resume(scamper)).toBe(true);
  expect(await json('/api/v1/vps/ams-nl')).toMatchObject({ state: 'connected', reconnects: 1, reconnects24h: 1 });
  scamper.cut();
  await expect.poll(() => json<VpReport>('/api/v1/vps/ams-nl')).toMatchObject({ state: 'away' });
  await bench.clock.advance(61_000);
  const lost = await json<VpReport>('/api/v1/vps/ams-nl');
  expect(lost).toMatchObject({ state: 'lost', firstSeen: started.toISOString() });
  expect(lost.instance).toBeUndefined();
  expect(lost.turns.map(([, state]) => state)).toEqual(['connected', 'away', 'connected', 'away', 'lost']);
  expect((await json<StatusReport>('/api/v1/status')).vps).toEqual({ connected: 0, away: 0, lost: 1, never: 0 });
});

test('everything is as the schema says', async () => {
  const { bench, json } = await startStatus();
  const scamper = await bench.attach({ monitorName: 'ams-nl' });
  await bench.attach();
  bench.client(bench.instance(0));
  scamper.cut();
  await bench.log.waitFor('instance.gone');
  const formats = { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ };
  const check = new Ajv({ strictTuples: false, formats }).compile(schema);
  const [status, vps, events] = await Promise.all(['status', 'vps', 'events'].map((path) => json(`/api/v1/${path}`)));
  const told = { status, vps, events, 'vps/NAME': await json('/api/v1/vps/ams-nl'), readyz: await json('/readyz') };
  check(told);
  expect(check.errors).toBeNull();
  expect(await json('/api/v1/schema')).toEqual(JSON.parse(JSON.stringify(schema)));
});

test('what happened last is told, refusals of one kind together', async () => {
  const { bench, json } = await startStatus();
  for (let each = 0; each < 3; each++) {
    const scamper = bench.dial();
    scamper.stream.write('GET / HTTP/1.0\r\n\r\n');
    await scamper.closed;
  }
  await bench.attach({ monitorName: 'ams-nl' });
  const events = await json<EventReport[]>('/api/v1/events');
  expect(events).toMatchObject([
    { kind: 'connection.refused', code: 'SCR_HELLO_INVALID', count: 3 },
    { kind: 'vp.connected', vp: 'ams-nl' },
  ]);
  expect(await json(`/api/v1/events?after=${events[0]?.number}`)).toHaveLength(1);
  expect(await json('/api/v1/events?count=1')).toHaveLength(1);
});

describe('what is asked wrongly', () => {
  test.each([
    ['GET', '/nothing', 404],
    ['GET', '/api/v1/vps/nobody', 404],
    ['GET', '/api/v1/vps/%ff', 404],
    ['GET', '/api/v1/events?count=0', 400],
    ['GET', '/api/v1/events?after=x', 400],
    ['POST', '/api/v1/status', 405],
    ['DELETE', '/api/v1/vps/nobody', 404],
    ['PUT', '/api/v1/log', 400],
  ])('%s %s: %i', async (method, path, code) => {
    const { where } = await startStatus();
    const answer = await ask(where, path, { method });
    expect(answer.code).toBe(code);
    expect(JSON.parse(answer.text)).toMatchObject({ error: expect.any(String) as unknown });
  });
});

test('a VP that is lost is forgotten when asked; one that is there is not', async () => {
  const { bench, where, json } = await startStatus();
  const scamper = await bench.attach({ monitorName: 'a-b' });
  expect((await ask(where, '/api/v1/vps/a-b', { method: 'DELETE' })).code).toBe(409);
  scamper.cut();
  await expect.poll(() => json<VpReport>('/api/v1/vps/a-b')).toMatchObject({ state: 'lost' });
  expect((await ask(where, '/api/v1/vps/a-b', { method: 'DELETE' })).code).toBe(200);
  expect(await json('/api/v1/vps')).toEqual([]);
});
