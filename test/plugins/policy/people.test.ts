import { describe, expect, test } from 'vitest';
import type { ClientOrigin, TlsIdentity } from '../../../plugin-sdk/index.js';
import { clientFrom, clientOf, startWith, user } from './support.js';

const PING = 'ping 192.0.2.9';
const OK = `OK ${PING}`;
const NO_RULE = 'ERR no rule allows it';
const WHO = 'ERR who you are is not known (rule 1)';

const peer = { kind: 'ip', address: '2001:db8::5', port: 7 } as const;

function showing(names: readonly string[], authorized = true): ClientOrigin {
  const tls: TlsIdentity = { authorized, names, fingerprint256: 'AB', protocol: 'TLSv1.3' };
  return { peer, tls };
}

/** What a client from there is answered. */
async function answer(rules: readonly object[], origin: ClientOrigin): Promise<string> {
  const bench = await startWith({ rules });
  await clientOf(bench);
  return clientFrom(bench, origin)(PING);
}

test('clients from the network are told apart by the names in their certificates', async () => {
  const rules = [{ certificates: ['*.ucsd.example', 'alice.example'] }];
  expect(await answer(rules, showing(['a.UCSD.example']))).toBe(OK);
  expect(await answer(rules, showing(['x.example', 'alice.example']))).toBe(OK);
  expect(await answer(rules, showing(['mallory.example']))).toBe(NO_RULE);
  expect(await answer(rules, showing(['ucsd.example']))).toBe(NO_RULE);
});

test('a rule for people refuses where neither user nor certificate is known', async () => {
  const rule = { certificates: ['alice.example'], refuse: 'no' };
  expect(await answer([rule, {}], { peer })).toBe(WHO);
  expect(await answer([rule, {}], showing(['alice.example'], false))).toBe(WHO);
  expect(await answer([{ users: [1001] }, {}], { peer })).toBe(WHO);
  expect(await answer([{ rate: { commands: 1 } }], { peer })).toBe(WHO);
  expect(await answer([{ running: { measurements: 1 } }], { peer })).toBe(WHO);
});

test('one rule may be for users and for certificates; who is known as one is not the other', async () => {
  const rules = [{ users: [1001], certificates: ['alice.example'] }];
  expect(await answer(rules, { credentials: user(1001) })).toBe(OK);
  expect(await answer(rules, showing(['alice.example']))).toBe(OK);
  expect(await answer(rules, { credentials: user(1002) })).toBe(NO_RULE);
  expect(await answer([{ users: [1001] }], showing(['alice.example']))).toBe(NO_RULE);
  expect(await answer([{ certificates: ['*'] }], { credentials: user(1001) })).toBe(NO_RULE);
});

test('supplementary groups count as the effective one does', async () => {
  const rules = [{ groups: [424_242] }];
  expect(await answer(rules, { credentials: { ...user(1001), groups: [7, 424_242] } })).toBe(OK);
  expect(await answer(rules, { credentials: { ...user(1001), groups: [7] } })).toBe(NO_RULE);
});

test('a rate for each user holds for a certificate, however often it is renewed', async () => {
  const bench = await startWith({ rules: [{ rate: { commands: 1 } }] });
  await clientOf(bench);
  const [first, renewed, other] = ['a.example', 'a.example', 'b.example'].map((name, index) => {
    const { tls, ...rest } = showing([name]);
    return clientFrom(bench, { ...rest, ...(tls && { tls: { ...tls, fingerprint256: String(index) } }) });
  });
  expect(await first?.(PING)).toBe(OK);
  expect(await renewed?.(PING)).toMatch(/^ERR too many commands/);
  expect(await other?.(PING)).toBe(OK);
});

describe('what is known of VPs', () => {
  const files = { 'vps.txt': 'ams-1 cc NL\nams-1 tag wifi\nlax-1 cc us\nbare-1 place Utrecht\n' };
  const plugins = [['metadata', { file: 'vps.txt' }]] as const;

  async function on(monitorName: string | undefined, rules: readonly object[]): Promise<string> {
    const ask = await clientOf(await startWith({ rules }, { files, plugins }), { monitorName });
    return ask(PING);
  }

  test('rules by country, in capitals or not', async () => {
    expect(await on('ams-1', [{ countries: ['nl', 'BE'] }])).toBe(OK);
    expect(await on('lax-1', [{ countries: ['US'] }])).toBe(OK);
    expect(await on('lax-1', [{ countries: ['NL'] }])).toBe(NO_RULE);
  });

  test('rules by tag', async () => {
    expect(await on('ams-1', [{ tags: ['core', 'wifi'] }])).toBe(OK);
    expect(await on('ams-1', [{ tags: ['core'] }])).toBe(NO_RULE);
    expect(await on('lax-1', [{ tags: ['wifi'] }])).toBe(NO_RULE);
    expect(await on('ams-1', [{ tags: ['wifi'], countries: ['BE'] }])).toBe(NO_RULE);
  });

  test('a VP of which that is not known is refused, also where a rule that would refuse might fit', async () => {
    const where = 'ERR the tags or the country of this VP are not known (rule 1)';
    expect(await on('bare-1', [{ countries: ['NL'] }, {}])).toBe(where);
    expect(await on('other', [{ tags: ['wifi'], refuse: 'no' }, {}])).toBe(where);
    expect(await on(undefined, [{ countries: ['NL'], refuse: 'no' }, {}])).toBe(where);
    // Where something else keeps the rule from fitting, it does not matter.
    expect(await on('other', [{ tags: ['wifi'], commands: ['trace'] }, {}])).toBe(OK);
    expect(await on('bare-1', [{ tags: ['wifi'], countries: ['NL'] }, {}])).toBe(OK);
  });

  test('rules that ask for it need somebody who knows', async () => {
    await expect(startWith({ rules: [{ countries: ['NL'] }] })).rejects.toMatchObject({ code: 'SCR_POLICY_METADATA' });
    await expect(startWith({ rules: [{ countries: ['NLD'] }] })).rejects.toThrow(/countries\[0\]: must match pattern/);
  });
});
