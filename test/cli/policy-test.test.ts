import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask } from '../../cli/policy-test/ask.js';
import { originOf } from '../../cli/policy-test/origin.js';
import { told } from '../../cli/policy-test/told.js';
import { parse } from '../../cli/policy-test/wish.js';
import { resolveSettings } from '../../cli/settings.js';
import { run, temporaryFolder } from './support/command.js';

const policy = {
  noProbe: 'no-probe.txt',
  rules: [
    { name: 'floods', commands: ['sting'], refuse: 'ask the operators first' },
    { name: 'staff', groups: ['root'] },
    {
      name: 'students',
      users: [4242],
      groups: [4243],
      certificates: ['*.ucsd.example'],
      instances: ['ams-*'],
      countries: ['NL'],
      targets: { allow: ['192.0.2.0/24'] },
      rate: { commands: 100, seconds: 60 },
      running: { measurements: 5, each: 'user and instance' },
    },
  ],
};

/** A folder with a configuration that nothing but the question may be asked of: its port and its certificate are none. */
function configured(): string {
  const folder = temporaryFolder();
  const plugins = [
    ['metadata', { file: 'vps.txt' }],
    ['policy', policy],
    ['tcp', { listen: '192.0.2.1:1' }],
    ['tls', { cert: 'none.pem', key: 'none.pem' }],
  ];
  writeFileSync(join(folder, '.sc-remotedrc.json'), JSON.stringify({ plugins }));
  writeFileSync(join(folder, 'no-probe.txt'), '192.0.2.66\n');
  writeFileSync(join(folder, 'vps.txt'), 'ams-nl cc NL\nams-be cc BE\n');
  return folder;
}

/** What is asked on the command line, answered in this process. */
async function answer(folder: string, ...argv: string[]) {
  const wish = parse(['test', ...argv]);
  const settings = await resolveSettings({ tailor: [], ...wish.config }, folder);
  return ask({ line: wish.line, monitorName: wish.monitorName, origin: await originOf(wish) }, settings);
}

describe('what is told of', () => {
  test.each([
    [
      ['--user', '4242', '--vp', 'ams-nl', '--', 'ping 192.0.2.1'],
      'allowed by rule students\n' +
        '  at most 100 commands in 60 s for each user (not counted here)\n' +
        '  at most 5 running for each user and instance (not counted here)\n',
    ],
    [
      ['--user', '4242', '--vp', 'ams-nl', '--', 'ping', '-c', '3', '198.51.100.1'],
      'refused by rule students: 198.51.100.1 is not among the targets for you\n',
    ],
    [
      ['--user', '4242', '--vp', 'ams-nl', '--', 'ping 192.0.2.66'],
      'refused by the no-probe list: 192.0.2.66 is on the no-probe list\n',
    ],
    [
      ['--user', '4242', '--vp', 'ams-be', '--', 'ping 192.0.2.1'],
      'refused by `otherwise`, because no rule fits: no rule allows it\n',
    ],
    [['--user', 'root', '--', 'sting 192.0.2.1'], 'refused by rule floods: ask the operators first\n'],
    [['--user', 'root', '--', 'ping 192.0.2.1'], 'allowed by rule staff\n'],
    [['--user', 'daemon', '--group', 'root', '--', 'ping 192.0.2.1'], 'allowed by rule staff\n'],
    [['--', 'ping 192.0.2.1'], 'refused by rule staff: who you are is not known\n'],
    [['--', 'halt 3'], 'allowed by what it is: halt and done always are\n'],
    [['--', '"ping" 192.0.2.1'], 'refused by what it is: this is no command\n'],
  ])('%j', async (argv, text) => {
    expect(told(await answer(configured(), ...argv))).toBe(text);
  });

  test('a certificate, and a further group', async () => {
    const folder = configured();
    const on = ['--vp', 'ams-nl', '--', 'ping 192.0.2.1'];
    expect(await answer(folder, '--certificate', 'a.ucsd.example', ...on)).toMatchObject({ rule: 'students' });
    expect(await answer(folder, '--certificate', 'x.example', ...on)).toMatchObject({ decidedBy: 'otherwise' });
    expect(await answer(folder, '--user', '7777', '--group', '4243', ...on)).toMatchObject({ rule: 'students' });
  });
});

test('who is not known to the system cannot be asked for', async () => {
  const folder = configured();
  await expect(answer(folder, '--user', 'nobody-of-that-name', '--', 'ping 1')).rejects.toMatchObject({
    code: 'SCR_NO_USER',
  });
  await expect(answer(folder, '--user', 'root', '--group', 'no-such-group', '--', 'ping 1')).rejects.toMatchObject({
    code: 'SCR_NO_GROUP',
  });
});

test('a configuration without a policy, or with a broken one', async () => {
  const folder = configured();
  await expect(answer(folder, '--no-config', '--', 'ping 1')).rejects.toMatchObject({ code: 'SCR_NO_POLICY' });
  writeFileSync(join(folder, 'no-probe.txt'), 'example.com\n');
  await expect(answer(folder, '--', 'ping 1')).rejects.toMatchObject({ code: 'SCR_POLICY_LIST_BROKEN' });
});

test('the command: 0 allowed, 2 refused, 1 usage', async () => {
  const cwd = configured();
  const command = ['policy', 'test', '--user', '4242', '--vp', 'ams-nl'];
  const [allowed, refused, usage, word] = await Promise.all([
    run([...command, '--json', '--', 'ping 192.0.2.1'], { cwd }),
    run([...command, '--', 'trace 192.0.2.66'], { cwd }),
    run([...command], { cwd }),
    run(['policy', 'tset'], { cwd }),
  ]);
  expect(allowed).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(allowed.stdout)).toEqual({
    allowed: true,
    decidedBy: 'rule',
    rule: 'students',
    rate: { commands: 100, seconds: 60, each: 'user' },
    running: { measurements: 5, each: 'user and instance' },
  });
  expect(refused).toMatchObject({
    code: 2,
    stdout: 'refused by the no-probe list: 192.0.2.66 is on the no-probe list\n',
    stderr: '',
  });
  expect(usage).toMatchObject({ code: 1, stdout: '' });
  expect(usage.stderr).toMatch(/^sc-remoted policy test: missing required argument 'COMMAND'\nusage: /);
  expect(word.stderr).toMatch(/^sc-remoted policy test: say: policy test\n/);
});
