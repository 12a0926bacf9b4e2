import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type Running, find, inLogFile, linesOf, start, temporaryFolder } from './support/command.js';
import { attachScamper } from './support/fleet.js';

const file = 'sc-remoted.config.mjs';

/** A plugin that logs the options it is given at a reload, and fails when told to. */
const probe = `const probe = { name: 'probe', api: 1,
  schema: { properties: { word: { type: 'string', default: 'none' } } },
  setup({ hooks, log }) { hooks.reload.tap(({ word }) => {
    if (word === 'fail') throw new Error('no such word');
    log.info({ event: 'probe.reload', word }, 'reload');
  }); } };`;

function write(folder: string, plugins: string, rest = ''): void {
  writeFileSync(
    join(folder, file),
    `${probe} export default { plugins: [['tcp', { listen: '127.0.0.1:0' }], ${plugins}], ${rest} };`,
  );
}

async function started(folder: string, args: string[] = []): Promise<Running> {
  const running = start(['-U', 'sockets', ...args], { cwd: folder });
  await running.waitFor('controller.started');
  return running;
}

/** How long a scamper that is lost now is kept. */
async function zombieSeconds(running: Running): Promise<unknown> {
  const before = running.log.length;
  const scamper = await attachScamper(await running.port());
  scamper.cut();
  return running.until(({ log }) => log.slice(before).find(({ event }) => event === 'instance.zombie')?.['seconds']);
}

test('changed options take effect; connected scampers stay', async () => {
  const folder = temporaryFolder();
  write(folder, "['zombie', { time: 60 }], [probe, { word: 'one' }]");
  const running = await started(folder);
  const scamper = await attachScamper(await running.port());
  expect(await zombieSeconds(running)).toBe(60);
  write(folder, "['zombie', { time: 120 }], [probe, { word: 'two' }]");
  running.signal('SIGHUP');
  expect(await running.waitFor('controller.reloaded')).toMatchObject({ level: 30, failures: 0 });
  await running.waitFor('probe.reload', { word: 'two' });
  expect(await zombieSeconds(running)).toBe(120);
  expect(scamper.stream.destroyed).toBe(false);
});

test('flags hold after a reload as before', async () => {
  const folder = temporaryFolder();
  write(folder, "['zombie', { time: 60 }]");
  const running = await started(folder, ['-Z', '5']);
  write(folder, "['zombie', { time: 120 }]");
  running.signal('SIGHUP');
  await running.waitFor('controller.reloaded');
  expect(await zombieSeconds(running)).toBe(5);
});

test('a broken file is reported and the old configuration kept; a mended one is taken', async () => {
  const folder = temporaryFolder();
  write(folder, "['zombie', { time: 60 }]");
  const running = await started(folder);
  writeFileSync(join(folder, file), 'export default {');
  running.signal('SIGHUP');
  expect(await running.waitFor('reload.failed')).toMatchObject({
    level: 50,
    code: 'SCR_CONFIG_BROKEN',
    msg: `nothing was changed: ${folder}/${file}: the configuration file cannot be loaded`,
  });
  expect(await zombieSeconds(running)).toBe(60);
  write(folder, "['zombie', { time: 7 }]");
  running.signal('SIGHUP');
  await running.waitFor('controller.reloaded');
  expect(await zombieSeconds(running)).toBe(7);
});

test('wrong options are reported, all of them, and nothing is changed', async () => {
  const folder = temporaryFolder();
  write(folder, "['zombie', { time: 60 }], [probe, { word: 'one' }]");
  const running = await started(folder);
  write(folder, "['zombie', { time: -1 }], [probe, { word: 2 }]");
  running.signal('SIGHUP');
  const place = `${folder}/${file}: plugin`;
  expect(await running.waitFor('reload.failed')).toMatchObject({
    level: 50,
    code: 'SCR_CONFIG_INVALID',
    msg: expect.stringContaining(`${place} zombie: time: must be >= 0 ${place} probe: word: expected string`),
  });
  expect(await zombieSeconds(running)).toBe(60);
  expect(running.log.filter(({ event }) => event === 'probe.reload')).toEqual([]);
});

test('mistakes of form and of options are told in one line of the log', async () => {
  const folder = temporaryFolder();
  write(folder, "['zombie', { time: 60 }]");
  const running = await started(folder);
  write(folder, "['zombie', { time: -1 }], 7, 'nope'", 'plugin: 3, limits: { channels: 0 }');
  running.signal('SIGHUP');
  const { msg, code } = await running.waitFor('reload.failed');
  const place = `${folder}/${file}: `;
  expect(code).toBe('SCR_CONFIG_INVALID');
  expect(String(msg).split(place)).toEqual([
    'nothing was changed: ',
    'plugin: unknown option; known are plugins, limits ',
    'plugins[2]: expected string or array or object ',
    'limits.channels: must be >= 1 ',
    'plugin zombie: time: must be >= 0 ',
    expect.stringContaining('SCR_PLUGIN_NOT_FOUND: nope: no such plugin'),
  ]);
  expect(running.log.filter(({ event }) => event === 'reload.partial')).toEqual([]);
  expect(await zombieSeconds(running)).toBe(60);
});

test('a plugin that cannot reload is reported; the others reload', async () => {
  const folder = temporaryFolder();
  write(folder, "[probe, { word: 'one' }], ['zombie', { time: 60 }]");
  const running = await started(folder);
  write(folder, "[probe, { word: 'fail' }], ['zombie', { time: 7 }]");
  running.signal('SIGHUP');
  expect(await running.waitFor('reload.failed')).toMatchObject({
    level: 50,
    code: 'SCR_HOOK_FAILED',
    plugin: 'probe',
    hook: 'reload',
    cause: 'no such word',
  });
  expect(await running.waitFor('controller.reloaded')).toMatchObject({
    failures: 1,
    msg: 'reloaded, but 1 plugin kept what it had',
  });
  expect(await zombieSeconds(running)).toBe(7);
});

test('what takes a restart is told: the list of plugins, the address, the directory, the limits', async () => {
  const folder = temporaryFolder();
  write(folder, "'unix-export', 'zombie'");
  const running = start([], { cwd: folder });
  await running.waitFor('controller.started');
  writeFileSync(
    join(folder, file),
    "export default { plugins: [['tcp', { listen: '127.0.0.1:1' }], ['unix-export', { directory: 'other' }]], limits: { channels: 9 } };",
  );
  running.signal('SIGHUP');
  await running.waitFor('controller.reloaded');
  const told = running.log.filter(({ event }) => event === 'reload.partial');
  expect(told).toEqual([
    expect.objectContaining({ level: 40, option: 'limits', msg: 'other limits take a restart: channels' }),
    expect.objectContaining({ level: 40, before: 'tcp, unix-export, zombie', after: 'tcp, unix-export' }),
    expect.objectContaining({ level: 40, option: 'listen', msg: 'another address needs a restart' }),
    expect.objectContaining({ level: 40, option: 'directory', msg: 'another directory needs a restart' }),
  ]);
});

test('a module that never finishes loading is given up; the log file is opened anew meanwhile, later signals work', async () => {
  const folder = temporaryFolder();
  write(folder, "['zombie', { time: 60 }]");
  const log = join(folder, 'log');
  const running = start(['-U', 'sockets', '--log-file', log], { cwd: folder });
  await inLogFile(log, 'controller.started');
  writeFileSync(join(folder, file), "console.error('it loads'); await new Promise(() => {}); export default {};");
  running.signal('SIGHUP');
  await running.until(({ stderr }) => (stderr.includes('it loads') ? true : undefined));
  write(folder, "['zombie', { time: 7 }]");
  for (const name of ['log.1', 'log.2']) {
    renameSync(log, join(folder, name));
    running.signal('SIGHUP');
    await vi.waitFor(() => expect(existsSync(log)).toBe(true));
  }
  const told = { code: 'SCR_CONFIG_BROKEN', cause: 'it had not finished loading after 10 s' };
  await vi.waitFor(() => expect(find(linesOf(readFileSync(log, 'utf8')), 'reload.failed', told)).toBeDefined(), 15_000);
  await inLogFile(log, 'controller.reloaded', { failures: 0 });
}, 30_000);

test('a file that has vanished is no reason to fall back to the defaults', async () => {
  const folder = temporaryFolder();
  write(folder, "['zombie', { time: 60 }]");
  const running = await started(folder);
  rmSync(join(folder, file));
  running.signal('SIGHUP');
  expect(await running.waitFor('reload.failed')).toMatchObject({
    level: 50,
    code: 'SCR_RELOAD_FILE',
    msg: expect.stringContaining(`nothing was changed: ${folder}/${file} at the start, none now`),
  });
  expect(await zombieSeconds(running)).toBe(60);
});

test('a file that has appeared is told, not taken', async () => {
  const folder = temporaryFolder();
  const running = await started(folder, ['-P', '127.0.0.1:0', '-Z', '5']);
  write(folder, "['zombie', { time: 60 }]");
  running.signal('SIGHUP');
  expect(await running.waitFor('reload.failed')).toMatchObject({ code: 'SCR_RELOAD_FILE' });
  expect(await zombieSeconds(running)).toBe(5);
});

test('without a file, SIGHUP reloads what the flags say', async () => {
  const running = await started(temporaryFolder(), ['-P', '127.0.0.1:0']);
  running.signal('SIGHUP');
  expect(await running.waitFor('controller.reloaded')).toMatchObject({ failures: 0 });
});

test('the file of -m is read again, and kept as it was when it is broken', async () => {
  const folder = temporaryFolder();
  const metadata = join(folder, 'vps.txt');
  writeFileSync(metadata, 'ams-nl cc NL\n');
  const running = await started(folder, ['-P', '127.0.0.1:0', '-m', 'vps.txt']);
  expect(await running.waitFor('metadata.loaded')).toMatchObject({ plugin: 'metadata', file: metadata, vps: 1 });
  writeFileSync(metadata, 'ams-nl cc\n');
  running.signal('SIGHUP');
  expect(await running.waitFor('reload.failed')).toMatchObject({
    code: 'SCR_METADATA_BROKEN',
    cause: 'line 1: "cc" has no value',
  });
  writeFileSync(metadata, 'ams-nl cc NL\nsan-us cc US\nsan-us asn4 x\n');
  running.signal('SIGHUP');
  expect(await running.waitFor('metadata.mistake')).toMatchObject({ level: 40, file: metadata, line: 3 });
  await running.waitFor('metadata.loaded', { vps: 2, changed: 1, mistakes: 1 });
});
