import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientOf, startWith } from '../support/bench.js';
import { evasions, everyday } from '../support/evasions.js';

const LIST = { 'no-probe.txt': '127.0.0.66\n' };

/** A client where only the list limits targets. */
async function limited(t) {
  return clientOf(await startWith(t, { otherwise: 'allow', noProbe: 'no-probe.txt' }, { files: LIST }));
}

test('no way of writing a listed target gets through; each gets one ERR line of less than 128 octets', async (t) => {
  const ask = await limited(t);
  for (const command of evasions) {
    const answer = await ask(command);
    assert.match(answer, /^ERR [\x20-\x7e]+$/, JSON.stringify(command));
    assert.ok(answer.length + 1 < 128, answer);
  }
});

test('what every user runs gets through', async (t) => {
  const ask = await limited(t);
  for (const command of everyday) assert.match(await ask(command), /^OK /, command);
});

test('a rule for a command is not evaded by what stands before the command', async (t) => {
  const ask = await clientOf(await startWith(t, { rules: [{ commands: ['ping'], refuse: 'no' }, {}] }));
  for (const start of ['ping', 'PING', 'ping ']) assert.equal(await ask(`${start} 127.0.0.1`), 'ERR no');
  for (const start of [' ping', '  ping', '"ping"', '-c ping', 'p1ng']) {
    assert.equal(await ask(`${start} 127.0.0.1`), 'ERR this is no command', start);
  }
});

test('a long reason, in any alphabet, is still one short line', async (t) => {
  const ask = await clientOf(await startWith(t, { rules: [{ refuse: `nein\n${'ä'.repeat(9)}${'x'.repeat(300)}` }] }));
  assert.equal(await ask('ping 127.0.0.1'), `ERR nein ${'x'.repeat(117)}`);
});

test('an IPv4 address at the end of an IPv6 address is not that IPv4 address, except where it is mapped', async (t) => {
  const rules = [{ targets: { allow: ['127.0.0.0/8'] } }];
  const ask = await clientOf(await startWith(t, { rules }));
  assert.equal(await ask('ping ::127.0.0.1'), 'ERR ::127.0.0.1 is not among the targets for you');
  assert.equal(await ask('ping ::ffff:127.0.0.1'), 'OK ping ::ffff:127.0.0.1');
  const deny = await clientOf(await startWith(t, { rules: [{ targets: { deny: ['::/96', '64:ff9b::7f00:0/104'] } }] }));
  assert.match(await deny('ping ::127.0.0.1'), /^ERR ::127/);
  assert.match(await deny('ping 64:ff9b::127.0.0.1'), /^ERR 64:ff9b/);
  assert.match(await deny('ping ::ffff:127.0.0.1'), /^OK /);
});

test('rules of the same name have rates of their own', async (t) => {
  const rule = (command, commands) => ({
    name: 'students',
    commands: [command],
    rate: { commands, each: 'instance' },
  });
  const ask = await clientOf(await startWith(t, { rules: [rule('ping', 9), rule('trace', 1)] }));
  assert.match(await ask('ping 127.0.0.1'), /^OK/);
  assert.match(await ask('trace 127.0.0.1'), /^OK/);
  assert.match(await ask('trace 127.0.0.1'), /^ERR too many/);
  assert.match(await ask('ping 127.0.0.1'), /^OK/);
});
