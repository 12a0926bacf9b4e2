import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAs, clientOf, startWith, user } from '../support/bench.js';

const PING = 'ping -c 1 192.0.2.9';
const OK = `OK ${PING}`;

/** What one client is answered to one command. */
async function answer(t, options, { command = PING, ...who } = {}) {
  const bench = await startWith(t, options);
  const ask = await clientOf(bench, who);
  return ask(command);
}

test('without a rule that fits, a command is refused', async (t) => {
  assert.equal(await answer(t, {}), 'ERR no rule allows it');
  assert.equal(await answer(t, { rules: [{ commands: ['trace'] }] }), 'ERR no rule allows it');
  assert.equal(await answer(t, { otherwise: 'allow' }), OK);
});

test('the first rule that fits decides', async (t) => {
  const rules = [{ commands: ['sting', 'ping'], refuse: 'not here' }, {}];
  assert.equal(await answer(t, { rules }), 'ERR not here');
  assert.equal(await answer(t, { rules: rules.toReversed() }), OK);
  assert.equal(await answer(t, { rules }, { command: 'trace 192.0.2.9' }), 'OK trace 192.0.2.9');
});

test('a command is known in capitals too', async (t) => {
  assert.equal(
    await answer(t, { rules: [{ commands: ['ping'], refuse: 'no' }, {}] }, { command: 'PING 192.0.2.9' }),
    'ERR no',
  );
});

test('halt and done are always allowed', async (t) => {
  assert.equal(await answer(t, {}, { command: 'halt 3' }), 'OK halt 3');
  assert.equal(await answer(t, { rules: [{ refuse: 'no' }] }, { command: 'done' }), 'OK done');
});

test('instances are told apart by monitor name', async (t) => {
  const fits = (pattern, monitorName) => answer(t, { rules: [{ instances: [pattern] }] }, { monitorName });
  const refused = 'ERR no rule allows it';
  assert.equal(await fits('ams-*', 'ams-1'), OK);
  assert.equal(await fits('ams-*', 'lon-1'), refused);
  assert.equal(await fits('ams-*', undefined), refused);
  assert.equal(await fits('*', undefined), OK);
  assert.equal(await fits('a*m*-1', 'a-m-m-1'), OK);
  assert.equal(await fits('a*a', 'a'), refused);
  assert.equal(await fits('*-*x*-1', 'a-y-1'), refused);
  assert.equal(await fits('ams', 'ams-1'), refused);
  assert.equal(await fits('ams-1', 'ams-1'), OK);
});

test('users and groups are told apart by what the kernel says', async (t) => {
  const fits = (rule, credentials) => answer(t, { rules: [rule] }, { credentials });
  const refused = 'ERR no rule allows it';
  assert.equal(await fits({ users: ['root'] }, user(0)), OK);
  assert.equal(await fits({ users: ['root'] }, user(1)), refused);
  assert.equal(await fits({ users: [1001, 1002] }, user(1002)), OK);
  assert.equal(await fits({ groups: ['root'] }, user(1001, 0)), OK);
  assert.equal(await fits({ groups: [424_242] }, user(1001, 424_242)), OK);
  assert.equal(await fits({ groups: [424_242] }, user(424_242)), refused);
  assert.equal(await fits({ users: [7], groups: ['root'] }, user(7, 7)), OK);
});

test('a rule for certain users refuses where the user is not known', async (t) => {
  const who = 'ERR who you are is not known';
  assert.equal(await answer(t, { rules: [{ users: ['root'] }, {}] }), who);
  assert.equal(await answer(t, { rules: [{ groups: ['root'], refuse: 'no' }, {}] }), who);
  // Rules that are for other commands or instances anyway do not matter.
  assert.equal(await answer(t, { rules: [{ users: ['root'], commands: ['trace'] }, {}] }), OK);
  assert.equal(await answer(t, { rules: [{ users: ['root'], instances: ['x'] }, {}] }), OK);
});

test('targets are limited by prefixes', async (t) => {
  const rules = [{ targets: { allow: ['192.0.2.0/24', '2001:db8::/32'], deny: ['192.0.2.128/25', '2001:db8::1'] } }];
  const bench = await startWith(t, { rules });
  const ask = await clientOf(bench);
  const answers = {
    'ping 192.0.2.9': 'OK ping 192.0.2.9',
    'ping 192.0.2.129': 'ERR 192.0.2.129 is not a target for you',
    'ping 198.51.100.1': 'ERR 198.51.100.1 is not among the targets for you',
    'trace 2001:DB8:0::2': 'OK trace 2001:DB8:0::2',
    'trace 2001:0db8::0001': 'ERR 2001:0db8::0001 is not a target for you',
    'ping ::ffff:192.0.2.129': 'ERR ::ffff:192.0.2.129 is not a target for you',
    'dealias -m ally 192.0.2.1 192.0.2.200': 'ERR 192.0.2.200 is not a target for you',
    'sniff icmp[icmpid] == 3': 'OK sniff icmp[icmpid] == 3',
  };
  for (const [command, expected] of Object.entries(answers)) assert.equal(await ask(command), expected);
});

test('where targets are limited, a target that cannot be told for sure is refused', async (t) => {
  const unsure = 'ERR its target cannot be told for sure';
  const commands = [
    'ping www.example.com',
    'ping 127.1',
    'http -u http://x/ 192.0.2.9',
    'ping -O spoof -S 198.51.100.9 192.0.2.9',
    'bogus',
  ];
  for (const targets of [{ allow: ['0.0.0.0/0'] }, { deny: ['198.51.100.1'] }]) {
    const ask = await clientOf(await startWith(t, { rules: [{ targets }] }));
    for (const command of commands) assert.equal(await ask(command), unsure);
  }
  const ask = await clientOf(await startWith(t, { rules: [{}] }));
  for (const command of commands) assert.equal(await ask(command), `OK ${command}`);
});

test('a rate holds for each user, on the clock of the controller', async (t) => {
  const bench = await startWith(t, { rules: [{ rate: { commands: 2, seconds: 10 } }] });
  const one = await clientOf(bench, { credentials: user(1) });
  const other = clientAs(bench, user(2));
  assert.equal(await one(PING), OK);
  assert.equal(await one(PING), OK);
  assert.equal(await one(PING), 'ERR too many commands; the next in 5 s');
  assert.equal(await one('done'), 'OK done');
  assert.equal(await other(PING), OK);
  await bench.clock.advance(4_000);
  assert.equal(await one(PING), 'ERR too many commands; the next in 1 s');
  await bench.clock.advance(1_000);
  assert.equal(await one(PING), OK);
  assert.equal(await one(PING), 'ERR too many commands; the next in 5 s');
  await bench.clock.advance(20_000);
  assert.deepEqual(
    [await one(PING), await one(PING), await one(PING)],
    [OK, OK, 'ERR too many commands; the next in 5 s'],
  );
});

test('a rate for each user refuses where the user is not known; one for each instance does not ask', async (t) => {
  assert.equal(await answer(t, { rules: [{ rate: { commands: 1 } }] }), 'ERR who you are is not known');
  const bench = await startWith(t, { rules: [{ rate: { commands: 1, each: 'instance' } }] });
  const first = await clientOf(bench, { monitorName: 'ams-1' });
  assert.equal(await first(PING), OK);
  assert.equal(await clientAs(bench)(PING), 'ERR too many commands; the next in 1 s');
  const second = await clientOf(bench, { monitorName: 'ams-2' });
  assert.equal(await second(PING), OK);
  // Two instances without name are two.
  for (let unnamed = 0; unnamed < 2; unnamed++) assert.equal(await (await clientOf(bench))(PING), OK);
});

test('a rate can hold for each user on each instance', async (t) => {
  const bench = await startWith(t, { rules: [{ rate: { commands: 1, each: 'user and instance' } }] });
  const one = await clientOf(bench, { monitorName: 'ams-1', credentials: user(1) });
  assert.equal(await one(PING), OK);
  assert.match(await one(PING), /^ERR too many/);
  assert.equal(await clientAs(bench, user(2))(PING), OK);
  assert.equal(await (await clientOf(bench, { monitorName: 'ams-2', credentials: user(1) }))(PING), OK);
});

test('a command that its targets forbid costs nothing of the rate', async (t) => {
  const bench = await startWith(t, { rules: [{ targets: { deny: ['192.0.2.1'] }, rate: { commands: 1 } }] });
  const ask = await clientOf(bench, { credentials: user(1) });
  assert.match(await ask('ping 192.0.2.1'), /^ERR 192/);
  assert.equal(await ask(PING), OK);
});
