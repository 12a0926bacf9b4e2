import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import status from '../../../plugins/status/index.js';
import { type VpReport, definePlugin, metadata } from '../../../plugin-sdk/index.js';
import { startBench } from '../../../testing/index.js';
import { temporaryFolder } from '../../cli/support/command.js';
import { ask, startStatus } from './support/status.js';

/** Offers names of VPs, which can be changed. */
function naming(names: string[]) {
  let changed = (): void => undefined;
  const plugin = definePlugin({
    name: 'naming',
    schema: { type: 'object', additionalProperties: false },
    setup(controller) {
      changed = () => controller.notify(metadata);
      controller.provide(metadata, { of: () => undefined, names: () => names });
    },
  });
  return { plugin, changed: () => changed() };
}

const vps = (json: (path: string) => Promise<unknown>) => json('/api/v1/vps') as Promise<VpReport[]>;

describe('over a restart', () => {
  test('VPs are remembered: the lost as they were, those that were there as lost', async () => {
    const state = temporaryFolder();
    const before = await startStatus({ state });
    const early = await before.bench.attach({ monitorName: 'early' });
    early.cut();
    await before.bench.log.waitFor('instance.gone');
    await before.bench.attach({ monitorName: 'there' });
    const [lost] = await vps(before.json);
    const file = join(state, 'vps');
    await expect.poll(() => readFileSync(file, 'utf8')).toContain('there');
    const killed = readFileSync(file);
    await before.bench.stop();
    writeFileSync(file, killed);

    const after = await startStatus({ state });
    expect(after.bench.log.of('status.loaded')).toMatchObject([{ fields: { path: file, vps: 2 } }]);
    expect(await vps(after.json)).toMatchObject([
      { vp: 'early', state: 'lost', since: lost?.since, reason: lost?.reason },
      { vp: 'there', state: 'lost', reason: { code: 'SCR_STOPPED' } },
    ]);
    await after.bench.attach({ monitorName: 'there' });
    expect(await after.json('/api/v1/vps/there')).toMatchObject({ state: 'connected', reconnects: 1 });
  });

  test('one that was forgotten stays so', async () => {
    const state = temporaryFolder();
    const before = await startStatus({ state });
    const scamper = await before.bench.attach({ monitorName: 'old' });
    scamper.cut();
    await before.bench.log.waitFor('instance.gone');
    expect((await ask(before.where, '/api/v1/vps/old', { method: 'DELETE' })).code).toBe(200);
    await before.bench.stop();
    const after = await startStatus({ state });
    expect(await vps(after.json)).toEqual([]);
  });

  test('lines that make no sense are passed over, counted, and kept', async () => {
    const state = temporaryFolder();
    const odd = ['{"k":5}', 'null', '{"k":"a","s":"flying","turns":[]}', '{"k":"b","s":"lost","turns":[[1]]}', 'x'];
    const good = '{"k":"good","named":true,"s":"lost","at":1767200000000,"turns":[[1767200000000,"lost","SCR_X"]]}';
    writeFileSync(join(state, 'vps'), `{"v":1}\n${odd.join('\n')}\n${good}\n{"k":"torn","s`, { mode: 0o600 });
    const { bench, json } = await startStatus({ state });
    expect(bench.log.of('state.damaged')).toMatchObject([{ fields: { lines: odd.length } }]);
    expect(await vps(json)).toMatchObject([{ vp: 'good', state: 'lost', since: '2025-12-31T16:53:20.000Z' }]);
  });

  test.each([['a later version', '{"v":2}\n', 'SCR_STATE_FORM']])('%s is left as it is', async (_what, text, code) => {
    const state = temporaryFolder();
    writeFileSync(join(state, 'vps'), text, { mode: 0o600 });
    await expect(startBench([[status, { socket: '', state }]])).rejects.toMatchObject({ code });
    expect(readFileSync(join(state, 'vps'), 'utf8')).toBe(text);
  });

  test('a second controller on the same directory is refused', async () => {
    const state = temporaryFolder();
    await startStatus({ state });
    await expect(startBench([[status, { socket: '', state }]])).rejects.toMatchObject({ code: 'SCR_STATE_TAKEN' });
  });
});

test('a lost VP is forgotten when its time is up', async () => {
  const { bench, json } = await startStatus({ remember: '2h' });
  const scamper = await bench.attach({ monitorName: 'old' });
  scamper.cut();
  await bench.log.waitFor('instance.gone');
  await bench.attach({ monitorName: 'there' });
  await bench.clock.advance(3_600_000);
  expect((await vps(json)).map(({ vp }) => vp)).toContain('old');
  for (let hour = 0; hour < 2; hour++) await bench.clock.advance(3_600_000);
  expect((await vps(json)).map(({ vp }) => vp)).not.toContain('old');
});

test('VPs that the metadata name and nobody has seen are there, and go with their names', async () => {
  const names = ['seen', 'unseen'];
  const { plugin, changed } = naming(names);
  const { bench, where, json } = await startStatus({}, [plugin]);
  const scamper = await bench.attach({ monitorName: 'seen' });
  expect((await vps(json)).map(({ vp, state }) => [vp, state])).toEqual([
    ['seen', 'connected'],
    ['unseen', 'never'],
  ]);
  expect((await ask(where, '/api/v1/vps/unseen', { method: 'DELETE' })).code).toBe(409);
  scamper.cut();
  await bench.log.waitFor('instance.gone');
  expect((await ask(where, '/api/v1/vps/seen', { method: 'DELETE' })).code).toBe(200);
  expect((await vps(json)).map(({ state }) => state)).toEqual(['never', 'never']);
  names.splice(0, 2, 'fresh');
  changed();
  await expect.poll(() => vps(json)).toMatchObject([{ vp: 'fresh', state: 'never' }]);
});

test('a VP that was started anew while its old instance is kept is connected, and not away', async () => {
  const { bench, json } = await startStatus({}, [['zombie', { time: 10 }]]);
  const old = await bench.attach({ monitorName: 'ams-nl' });
  old.cut();
  await bench.log.waitFor('instance.zombie');
  await bench.attach({ monitorName: 'ams-nl' });
  expect(await vps(json)).toMatchObject([{ vp: 'ams-nl', state: 'connected' }]);
  await bench.clock.advance(11_000);
  expect(await vps(json)).toMatchObject([{ vp: 'ams-nl', state: 'connected' }]);
});

test('without a monitor name a VP goes by its session, never by its address', async () => {
  const { bench, json } = await startStatus({}, ['zombie']);
  const scamper = await bench.attach();
  const { session } = bench.instance();
  expect(await vps(json)).toMatchObject([{ vp: session, state: 'connected' }]);
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  await bench.resume(scamper, { peer: { kind: 'ip', address: '198.51.100.7', port: 1 } });
  expect(await vps(json)).toMatchObject([{ vp: session, instance: { address: '198.51.100.7:1' } }]);
});

test.each(['31x', '', '5w'])('remember %j is refused', async (remember) => {
  await expect(startBench([[status, { socket: '', remember }]])).rejects.toThrow();
});
