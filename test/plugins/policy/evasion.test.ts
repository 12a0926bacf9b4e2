import { expect, test } from 'vitest';
import { type Ask, clientOf, startWith } from './support.js';
import { evasions, everyday } from './evasions.js';

const LIST = { 'no-probe.txt': '127.0.0.66\n' };

/** A client where only the list limits targets. */
async function limited(): Promise<Ask> {
  return clientOf(await startWith({ otherwise: 'allow', noProbe: 'no-probe.txt' }, { files: LIST }));
}

test('no way of writing a listed target gets through; each gets one ERR line of less than 128 octets', async () => {
  const ask = await limited();
  for (const command of evasions) {
    const answer = await ask(command);
    expect(answer, JSON.stringify(command)).toMatch(/^ERR [\x20-\x7e]+$/);
    expect(answer.length + 1, answer).toBeLessThan(128);
  }
});

test('what every user runs gets through', async () => {
  const ask = await limited();
  for (const command of everyday) expect(await ask(command), command).toMatch(/^OK /);
});

test('a rule for a command is not evaded by what stands before the command', async () => {
  const ask = await clientOf(await startWith({ rules: [{ commands: ['ping'], refuse: 'no' }, {}] }));
  for (const start of ['ping', 'PING', 'ping ']) expect(await ask(`${start} 127.0.0.1`)).toBe('ERR no (rule 1)');
  for (const start of [' ping', '  ping', '"ping"', '-c ping', 'p1ng']) {
    expect(await ask(`${start} 127.0.0.1`), start).toBe('ERR this is no command');
  }
});

test('a long reason, in any alphabet, is still one short line', async () => {
  const ask = await clientOf(await startWith({ rules: [{ refuse: `nein\n${'ä'.repeat(9)}${'x'.repeat(300)}` }] }));
  expect(await ask('ping 127.0.0.1')).toBe(`ERR nein ${'x'.repeat(108)} (rule 1)`);
});

test('an IPv4 address at the end of an IPv6 address is not that IPv4 address, except where it is mapped', async () => {
  const rules = [{ targets: { allow: ['127.0.0.0/8'] } }];
  const ask = await clientOf(await startWith({ rules }));
  expect(await ask('ping ::127.0.0.1')).toBe('ERR ::127.0.0.1 is not among the targets for you (rule 1)');
  expect(await ask('ping ::ffff:127.0.0.1')).toBe('OK ping ::ffff:127.0.0.1');
  const deny = await clientOf(await startWith({ rules: [{ targets: { deny: ['::/96', '64:ff9b::7f00:0/104'] } }] }));
  expect(await deny('ping ::127.0.0.1')).toMatch(/^ERR ::127/);
  expect(await deny('ping 64:ff9b::127.0.0.1')).toMatch(/^ERR 64:ff9b/);
  expect(await deny('ping ::ffff:127.0.0.1')).toMatch(/^OK /);
});

test('rules of the same name have rates of their own', async () => {
  const rule = (command: string, commands: number) => ({
    name: 'students',
    commands: [command],
    rate: { commands, each: 'instance' },
  });
  const ask = await clientOf(await startWith({ rules: [rule('ping', 9), rule('trace', 1)] }));
  expect(await ask('ping 127.0.0.1')).toMatch(/^OK/);
  expect(await ask('trace 127.0.0.1')).toMatch(/^OK/);
  expect(await ask('trace 127.0.0.1')).toMatch(/^ERR too many/);
  expect(await ask('ping 127.0.0.1')).toMatch(/^OK/);
});
