import { expect, test } from 'vitest';
import type { PeerCredentials } from '../../../plugin-sdk/index.js';
import { type Asking, clientAs, clientOf, startWith, user } from './support.js';

const PING = 'ping -c 1 192.0.2.9';
const OK = `OK ${PING}`;

/** What one client is answered to one command. */
async function answer(
  options: object,
  { command = PING, ...who }: Asking & { readonly command?: string } = {},
): Promise<string> {
  const bench = await startWith(options);
  const ask = await clientOf(bench, who);
  return ask(command);
}

test('without a rule that fits, a command is refused', async () => {
  expect(await answer({})).toBe('ERR no rule allows it');
  expect(await answer({ rules: [{ commands: ['trace'] }] })).toBe('ERR no rule allows it');
  expect(await answer({ otherwise: 'allow' })).toBe(OK);
});

test('the first rule that fits decides', async () => {
  const rules = [{ commands: ['sting', 'ping'], refuse: 'not here' }, {}];
  expect(await answer({ rules })).toBe('ERR not here (rule 1)');
  expect(await answer({ rules: rules.toReversed() })).toBe(OK);
  expect(await answer({ rules }, { command: 'trace 192.0.2.9' })).toBe('OK trace 192.0.2.9');
});

test('a command is known in capitals too', async () => {
  expect(await answer({ rules: [{ commands: ['ping'], refuse: 'no' }, {}] }, { command: 'PING 192.0.2.9' })).toBe(
    'ERR no (rule 1)',
  );
});

test('halt and done are always allowed', async () => {
  expect(await answer({}, { command: 'halt 3' })).toBe('OK halt 3');
  expect(await answer({ rules: [{ refuse: 'no' }] }, { command: 'done' })).toBe('OK done');
});

test('instances are told apart by monitor name', async () => {
  const fits = (pattern: string, monitorName: string | undefined) =>
    answer({ rules: [{ instances: [pattern] }] }, { monitorName });
  const refused = 'ERR no rule allows it';
  expect(await fits('ams-*', 'ams-1')).toBe(OK);
  expect(await fits('ams-*', 'lon-1')).toBe(refused);
  expect(await fits('ams-*', undefined)).toBe(refused);
  expect(await fits('*', undefined)).toBe(OK);
  expect(await fits('a*m*-1', 'a-m-m-1')).toBe(OK);
  expect(await fits('a*a', 'a')).toBe(refused);
  expect(await fits('*-*x*-1', 'a-y-1')).toBe(refused);
  expect(await fits('ams', 'ams-1')).toBe(refused);
  expect(await fits('ams-1', 'ams-1')).toBe(OK);
});

test('users and groups are told apart by what the kernel says', async () => {
  const fits = (rule: object, credentials: PeerCredentials) => answer({ rules: [rule] }, { credentials });
  const refused = 'ERR no rule allows it';
  expect(await fits({ users: ['root'] }, user(0))).toBe(OK);
  expect(await fits({ users: ['root'] }, user(1))).toBe(refused);
  expect(await fits({ users: [1001, 1002] }, user(1002))).toBe(OK);
  expect(await fits({ groups: ['root'] }, user(1001, 0))).toBe(OK);
  expect(await fits({ groups: [424_242] }, user(1001, 424_242))).toBe(OK);
  expect(await fits({ groups: [424_242] }, user(424_242))).toBe(refused);
  expect(await fits({ users: [7], groups: ['root'] }, user(7, 7))).toBe(OK);
});

test('a rule for certain users refuses where the user is not known', async () => {
  const who = 'ERR who you are is not known (rule 1)';
  expect(await answer({ rules: [{ users: ['root'] }, {}] })).toBe(who);
  expect(await answer({ rules: [{ groups: ['root'], refuse: 'no' }, {}] })).toBe(who);
  // Rules that are for other commands or instances anyway do not matter.
  expect(await answer({ rules: [{ users: ['root'], commands: ['trace'] }, {}] })).toBe(OK);
  expect(await answer({ rules: [{ users: ['root'], instances: ['x'] }, {}] })).toBe(OK);
});

test('targets are limited by prefixes', async () => {
  const rules = [{ targets: { allow: ['192.0.2.0/24', '2001:db8::/32'], deny: ['192.0.2.128/25', '2001:db8::1'] } }];
  const bench = await startWith({ rules });
  const ask = await clientOf(bench);
  const answers = {
    'ping 192.0.2.9': 'OK ping 192.0.2.9',
    'ping 192.0.2.129': 'ERR 192.0.2.129 is not a target for you (rule 1)',
    'ping 198.51.100.1': 'ERR 198.51.100.1 is not among the targets for you (rule 1)',
    'trace 2001:DB8:0::2': 'OK trace 2001:DB8:0::2',
    'trace 2001:0db8::0001': 'ERR 2001:0db8::0001 is not a target for you (rule 1)',
    'ping ::ffff:192.0.2.129': 'ERR ::ffff:192.0.2.129 is not a target for you (rule 1)',
    'dealias -m ally 192.0.2.1 192.0.2.200': 'ERR 192.0.2.200 is not a target for you (rule 1)',
    'sniff icmp[icmpid] == 3': 'OK sniff icmp[icmpid] == 3',
  };
  for (const [command, expected] of Object.entries(answers)) expect(await ask(command)).toBe(expected);
});

test('where targets are limited, a target that cannot be told for sure is refused', async () => {
  const unsure = 'ERR its target cannot be told for sure (rule 1)';
  const commands = [
    'ping www.example.com',
    'ping 127.1',
    'http -u http://x/ 192.0.2.9',
    'ping -O spoof -S 198.51.100.9 192.0.2.9',
    'bogus',
  ];
  for (const targets of [{ allow: ['0.0.0.0/0'] }, { deny: ['198.51.100.1'] }]) {
    const ask = await clientOf(await startWith({ rules: [{ targets }] }));
    for (const command of commands) expect(await ask(command)).toBe(unsure);
  }
  const ask = await clientOf(await startWith({ rules: [{}] }));
  for (const command of commands) expect(await ask(command)).toBe(`OK ${command}`);
});

test('a rate holds for each user, on the clock of the controller', async () => {
  const bench = await startWith({ rules: [{ rate: { commands: 2, seconds: 10 } }] });
  const one = await clientOf(bench, { credentials: user(1) });
  const other = clientAs(bench, user(2));
  expect(await one(PING)).toBe(OK);
  expect(await one(PING)).toBe(OK);
  expect(await one(PING)).toBe('ERR too many commands; the next in 5 s (rule 1)');
  expect(await one('done')).toBe('OK done');
  expect(await other(PING)).toBe(OK);
  await bench.clock.advance(4_000);
  expect(await one(PING)).toBe('ERR too many commands; the next in 1 s (rule 1)');
  await bench.clock.advance(1_000);
  expect(await one(PING)).toBe(OK);
  expect(await one(PING)).toBe('ERR too many commands; the next in 5 s (rule 1)');
  await bench.clock.advance(20_000);
  expect([await one(PING), await one(PING), await one(PING)]).toEqual([
    OK,
    OK,
    'ERR too many commands; the next in 5 s (rule 1)',
  ]);
});

test('a rate for each user refuses where the user is not known; one for each instance does not ask', async () => {
  expect(await answer({ rules: [{ rate: { commands: 1 } }] })).toBe('ERR who you are is not known (rule 1)');
  const bench = await startWith({ rules: [{ rate: { commands: 1, each: 'instance' } }] });
  const first = await clientOf(bench, { monitorName: 'ams-1' });
  expect(await first(PING)).toBe(OK);
  expect(await clientAs(bench)(PING)).toBe('ERR too many commands; the next in 1 s (rule 1)');
  const second = await clientOf(bench, { monitorName: 'ams-2' });
  expect(await second(PING)).toBe(OK);
  // Two instances without name are two.
  for (let unnamed = 0; unnamed < 2; unnamed++) expect(await (await clientOf(bench))(PING)).toBe(OK);
});

test('a rate can hold for each user on each instance', async () => {
  const bench = await startWith({ rules: [{ rate: { commands: 1, each: 'user and instance' } }] });
  const one = await clientOf(bench, { monitorName: 'ams-1', credentials: user(1) });
  expect(await one(PING)).toBe(OK);
  expect(await one(PING)).toMatch(/^ERR too many/);
  expect(await clientAs(bench, user(2))(PING)).toBe(OK);
  expect(await (await clientOf(bench, { monitorName: 'ams-2', credentials: user(1) }))(PING)).toBe(OK);
});

test('a command that its targets forbid costs nothing of the rate', async () => {
  const bench = await startWith({ rules: [{ targets: { deny: ['192.0.2.1'] }, rate: { commands: 1 } }] });
  const ask = await clientOf(bench, { credentials: user(1) });
  expect(await ask('ping 192.0.2.1')).toMatch(/^ERR 192/);
  expect(await ask(PING)).toBe(OK);
});
