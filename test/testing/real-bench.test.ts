import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { definePlugin } from '../../plugin-sdk/index.js';
import { skipReal, startRealBench } from '../../testing/index.js';
import { temporaryFolder } from '../cli/support/command.js';

const skip = skipReal() !== false;

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Programs of these names that do nothing, and no others. */
function onlyThere(...names: string[]): void {
  const folder = join(temporaryFolder(), 'bin');
  mkdirSync(folder);
  for (const name of names) writeFileSync(join(folder, name), '#!/bin/sh\n', { mode: 0o755 });
  vi.stubEnv('PATH', folder);
}

/** Denies everybody whose name does not begin with this. */
const only = (beginning: string) =>
  definePlugin({
    name: 'only',
    schema: { type: 'object' },
    setup({ hooks }) {
      hooks.authenticate.tap(({ monitorName }) =>
        monitorName?.startsWith(beginning) === true ? undefined : { deny: 'not here' },
      );
    },
  });

test('missing programs are a reason to skip, and are named', () => {
  vi.stubEnv('CI', undefined);
  onlyThere('scamper');
  expect(skipReal()).toBe('sc_attach, sc_wartsdump not found: apt-get install scamper');
});

test('with CI=true nothing is skipped, and what is missing fails', async () => {
  vi.stubEnv('CI', 'true');
  onlyThere();
  expect(skipReal()).toBe(false);
  await expect(startRealBench()).rejects.toThrow('scamper, sc_attach, sc_wartsdump not found');
});

test.skipIf(process.getuid?.() !== 0)('where all is there, nothing is skipped (needs root)', () => {
  vi.stubEnv('CI', undefined);
  onlyThere('scamper', 'sc_attach', 'sc_wartsdump');
  expect(skipReal()).toBe(false);
});

test(
  'each scamper has a name, a socket and measurements of its own; the end leaves nothing behind',
  { skip },
  async () => {
    const bench = await startRealBench();
    const scampers = [await bench.attach(), await bench.attach()];
    expect(scampers.map(({ instance }) => instance)).toEqual([
      expect.stringMatching(/^vp-1-127/),
      expect.stringMatching(/^vp-2-127/),
    ]);
    const results = await Promise.all(scampers.map((scamper) => scamper.measure('ping -c 1 127.0.0.1')));
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(results.map(({ dump }) => / monitor: (\S+)/.exec(dump)?.[1])).toEqual(['vp-1', 'vp-2']);
    await bench.stop();
    expect(bench.controller.state).toBe('stopped');
    expect(scampers.map(({ socket }) => existsSync(dirname(socket)))).toEqual([false, false]);
  },
);

test('a command that scamper does not take is told as sc_attach tells it', { skip }, async () => {
  await using bench = await startRealBench();
  const { text } = await (await bench.attach()).measure('bogus');
  expect(text).toContain('command not accepted');
});

test('a scamper that is killed is disconnected', { skip }, async () => {
  await using bench = await startRealBench();
  const { instance, kill } = await bench.attach();
  await kill();
  await bench.log.waitFor('instance.gone', { instance });
});

test('plugins stand in front, and a scamper that is refused is told in the log', { skip }, async () => {
  await using bench = await startRealBench([only('ams-')]);
  bench.dial({ monitorName: 'lon-1' });
  expect((await bench.log.waitFor('connection.refused')).fields['code']).toBe('SCR_DENIED');
  expect((await bench.attach({ monitorName: 'ams-1' })).instance).toMatch(/^ams-1-/);
  await expect(bench.attach({ monitorName: 'ams-1' })).rejects.toThrow('there is a scamper named ams-1 already');
});

test('a scamper that cannot run is told with its own words', { skip }, async () => {
  await using bench = await startRealBench();
  await expect(bench.attach({ target: 'no port:at all' })).rejects.toThrow(/^scamper ended with \d+: /);
});

test('a start that fails is told, and leaves nothing behind', { skip }, async () => {
  const broken = definePlugin({
    name: 'broken',
    schema: { type: 'object' },
    setup: ({ hooks }) =>
      hooks.start.tap(() => {
        throw new Error('cannot');
      }),
  });
  const temporary = temporaryFolder();
  vi.stubEnv('TMPDIR', temporary);
  await expect(startRealBench([broken])).rejects.toThrow('broken, start');
  expect(readdirSync(temporary)).toEqual([]);
});
