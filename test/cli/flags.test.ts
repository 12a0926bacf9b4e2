import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../cli/flags.js';
import { type Settings, resolveSettings } from '../../cli/settings.js';
import { temporaryFolder } from './support/command.js';

/** What would run, with the arguments given and, if any, this configuration file. */
async function settings(args: string[], file?: object, folder = temporaryFolder()): Promise<Settings> {
  if (file !== undefined) writeFileSync(join(folder, '.sc-remotedrc.json'), JSON.stringify(file));
  const flags = parseFlags(args);
  if (typeof flags === 'number') throw new Error(`there is nothing to run: ${flags}`);
  return resolveSettings(flags, folder);
}

async function plugins(args: string[], file?: object, folder?: string): Promise<Settings['plugins']> {
  return (await settings(args, file, folder)).plugins;
}

describe('without a configuration file', () => {
  test('no flags: the default plugins with their own defaults', async () => {
    const folder = temporaryFolder();
    expect(await settings([], undefined, folder)).toEqual({
      file: undefined,
      directory: folder,
      plugins: ['tcp', 'unix-export', 'access', 'zombie'],
      limits: {},
      problems: [],
    });
  });

  test.each([
    [
      ['-P', '31338'],
      ['tcp', { listen: '31338' }],
    ],
    [['-P31338'], ['tcp', { listen: '31338' }]],
    [
      ['-P', '192.0.2.1:31338'],
      ['tcp', { listen: '192.0.2.1:31338' }],
    ],
    [
      ['--port', '[2001:db8::1]:31338'],
      ['tcp', { listen: '[2001:db8::1]:31338' }],
    ],
    [['-4'], ['tcp', { family: 'ipv4' }]],
    [['-6'], ['tcp', { family: 'ipv6' }]],
    [
      ['-4', '-6'],
      ['tcp', { family: 'any' }],
    ],
    [['-46'], ['tcp', { family: 'any' }]],
    [
      ['-6', '-P', '31338'],
      ['tcp', { listen: '31338', family: 'ipv6' }],
    ],
    [
      ['-U', '/run/sockets'],
      ['unix-export', { directory: '/run/sockets' }],
    ],
    [
      ['-O', 'allowgroup'],
      ['access', { allowGroup: true }],
    ],
    [
      ['-O', 'allowother'],
      ['access', { allowOther: true }],
    ],
    [
      ['-Oallowother', '-Oallowgroup'],
      ['access', { allowGroup: true, allowOther: true }],
    ],
    [
      ['-Z', '0'],
      ['zombie', { time: 0 }],
    ],
    [
      ['-Z', '90s'],
      ['zombie', { time: 90 }],
    ],
    [
      ['-Z', '15m'],
      ['zombie', { time: 900 }],
    ],
    [
      ['-Z', '3h'],
      ['zombie', { time: 10_800 }],
    ],
  ])('%j sets %j', async (args, expected) => {
    const found = await plugins(args);
    expect(found).toHaveLength(4);
    expect(found).toContainEqual(expected);
    expect(found.filter((entry) => typeof entry === 'string')).toHaveLength(3);
  });

  test('relative paths of flags start at the working directory', async () => {
    const folder = temporaryFolder();
    expect(
      await plugins(['-U', 'sockets', '-c', 'c.pem', '-p', '../k.pem', '-C', 'ca.pem', '-m', 'vps'], undefined, folder),
    ).toEqual([
      'tcp',
      ['tls', { cert: join(folder, 'c.pem'), key: join(folder, '../k.pem'), ca: join(folder, 'ca.pem') }],
      ['metadata', { file: join(folder, 'vps') }],
      ['unix-export', { directory: join(folder, 'sockets') }],
      'access',
      'zombie',
    ]);
  });

  test('-M makes one socket for all; single ones only where -U asks for them, as in C', async () => {
    expect(await plugins(['-M', '/run/mux'])).toEqual(['tcp', ['mux', { path: '/run/mux' }], 'access', 'zombie']);
    expect(await plugins(['-M', '/run/mux', '-U', '/run/each'])).toEqual([
      'tcp',
      ['unix-export', { directory: '/run/each' }],
      ['mux', { path: '/run/mux' }],
      'access',
      'zombie',
    ]);
    const listed = await plugins(['-M', '/run/mux'], { plugins: ['tcp', 'unix-export', 'access'] });
    expect(listed).toEqual(['tcp', 'unix-export', ['mux', { path: '/run/mux' }], 'access']);
  });

  test('-O skipnameverification leaves the name out of the check', async () => {
    const found = await plugins(['-c', '/c', '-p', '/k', '-C', '/ca', '-O', 'skipnameverification']);
    expect(found[1]).toEqual(['tls', { cert: '/c', key: '/k', ca: '/ca', verifyName: false }]);
  });

  test('-O skipnameverification without TLS has nothing to leave out', async () => {
    expect(await plugins(['-O', 'skipnameverification'])).toEqual(['tcp', 'unix-export', 'access', 'zombie']);
  });

  test.each([[['-c', '/c']], [['-p', '/k']], [['-C', '/ca']], [['-c', '/c', '-C', '/ca']]])(
    '%j is half of what TLS needs',
    async (args) => {
      await expect(settings(args)).rejects.toMatchObject({
        code: 'SCR_FLAG_TLS',
        message: `${args.includes('-C') ? '-C goes with both: ' : ''}-c and -p go together`,
      });
    },
  );
});

describe('with a configuration file', () => {
  test('the file holds where no flag says otherwise', async () => {
    const file = { plugins: [['zombie', { time: 60 }], 'tcp'], limits: { channels: 7 } };
    const folder = temporaryFolder();
    const found = await settings([], file, folder);
    expect(found.file).toBe(join(folder, '.sc-remotedrc.json'));
    expect(found.plugins).toEqual([['zombie', { time: 60 }], 'tcp']);
    expect(found.limits).toMatchObject({ channels: 7 });
  });

  test('a flag changes its own option and leaves the others', async () => {
    const file = { plugins: [['tcp', { listen: 1, family: 'ipv6' }], ['access', { group: 'staff' }], 'zombie'] };
    expect(await plugins(['-P', '2', '-O', 'allowother', '-Z', '5'], file)).toEqual([
      ['tcp', { listen: '2', family: 'ipv6' }],
      ['access', { group: 'staff', allowOther: true }],
      ['zombie', { time: 5 }],
    ]);
  });

  test('-4 -6 together undo the family in the file', async () => {
    expect(await plugins(['-4', '-6'], { plugins: [['tcp', { family: 'ipv6' }]] })).toEqual([
      ['tcp', { family: 'any' }],
    ]);
  });

  test('a flag adds the plugin that the file does not list, at its usual place', async () => {
    const file = { plugins: ['./mine.js', 'tcp', './other.js', 'access', './last.js'] };
    expect(await plugins(['-c', '/c', '-p', '/k', '-U', '/u', '-Z', '1'], file)).toEqual([
      './mine.js',
      'tcp',
      './other.js',
      ['tls', { cert: '/c', key: '/k' }],
      ['unix-export', { directory: '/u' }],
      'access',
      './last.js',
      ['zombie', { time: 1 }],
    ]);
  });

  test('-C goes with the certificate in the file', async () => {
    const file = { plugins: [['tls', { cert: 'c', key: 'k' }]] };
    expect(await plugins(['-C', '/ca'], file)).toEqual([['tls', { cert: 'c', key: 'k', ca: '/ca' }]]);
  });

  test('-c replaces the certificate in the file, its key stays', async () => {
    const file = { plugins: [['tls', { cert: 'c', key: 'k' }]] };
    expect(await plugins(['-c', '/other'], file)).toEqual([['tls', { cert: '/other', key: 'k' }]]);
  });

  test('--no-config leaves the file out', async () => {
    expect(await plugins(['--no-config'], { plugins: ['tcp'] })).toEqual(['tcp', 'unix-export', 'access', 'zombie']);
  });

  test('--config names another one; its folder is where its paths start', async () => {
    const folder = temporaryFolder();
    const other = temporaryFolder();
    writeFileSync(join(other, 'own.json'), JSON.stringify({ plugins: ['zombie'] }));
    const found = await settings(['--config', join(other, 'own.json')], { plugins: ['tcp'] }, folder);
    expect(found).toMatchObject({ file: join(other, 'own.json'), directory: other, plugins: ['zombie'] });
  });

  test('--config may be relative to the working directory', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'own.json'), JSON.stringify({ plugins: ['zombie'] }));
    expect((await settings(['--config', 'own.json'], undefined, folder)).file).toBe(join(folder, 'own.json'));
  });

  test('--config with a file that is not there is an error', async () => {
    await expect(settings(['--config', '/nowhere/own.json'])).rejects.toMatchObject({
      code: 'SCR_CONFIG_NOT_FOUND',
      message: '/nowhere/own.json: there is no such configuration file',
    });
  });

  test('options that are no object are left for the check of the plugin to refuse', async () => {
    expect(await plugins([], { plugins: [['tcp', 'fast']] })).toEqual([['tcp', 'fast']]);
  });
});

test('flags that are no settings', () => {
  expect(
    parseFlags(['-D', '-O', 'debug', '-O', 'select', '-O', 'notimes', '-e', 'pid', '--log-file', 'log']),
  ).toMatchObject({
    daemon: true,
    tailor: ['debug', 'select', 'notimes'],
    pidFile: 'pid',
    logFile: 'log',
  });
  expect(parseFlags(['--check-config'])).toMatchObject({ checkConfig: true });
});
