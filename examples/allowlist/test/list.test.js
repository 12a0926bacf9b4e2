import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineFor } from '../lib/entry.js';
import { parseList } from '../lib/list.js';
import { fitsWildcard } from '../lib/wildcard.js';

const A = Array(32).fill('AB').join(':');
const B = Array(32).fill('0C').join(':');

/** A request with what matters here; the rest is any. */
function request({ name, address, fingerprint, authorized = true } = {}) {
  return {
    kind: 'new',
    transport: 'tcp',
    fingerprint: 'any',
    instance: undefined,
    monitorName: name,
    peer: address === undefined ? { kind: 'label', label: 'pipe-1' } : { kind: 'ip', address, port: 1025 },
    tls: fingerprint && { authorized, names: [], fingerprint256: fingerprint, protocol: 'TLSv1.3' },
  };
}

/** The line that lets somebody in. */
function line(text, who) {
  return lineFor(parseList(text, 'list'), request(who));
}

/** The reason why a text is refused. */
function mistakes(text) {
  try {
    parseList(text, 'list');
  } catch (failure) {
    assert.equal(failure.code, 'SCR_ALLOWLIST_BROKEN');
    const [, told] = /^list, (.*): the list has mistakes$/.exec(failure.message);
    return told;
  }
  return undefined;
}

test('blank lines, comments, a byte order mark and Windows line ends are skipped; lines are counted', () => {
  const text = '\uFEFF# who\r\n\r\n  \t\r\nname=one # the first\r\n\tname=two\t\r\n';
  assert.equal(line(text, { name: 'one' }), 4);
  assert.equal(line(text, { name: 'two' }), 5);
  assert.equal(line(text, { name: 'first' }), undefined);
  assert.equal(line(text, { name: '' }), undefined);
});

test('a # inside a word is no comment', () => {
  assert.match(mistakes('name=a#b'), /^line 1: name=a#b: a name has letters/);
});

test('a name: exact, with wildcards, one of several', () => {
  const text = 'name=ams-1,lon-?,*.example.org';
  for (const name of ['ams-1', 'lon-7', 'a.example.org', '.example.org']) assert.equal(line(text, { name }), 1, name);
  for (const name of ['ams-11', 'Ams-1', 'lon-', 'lon-77', 'example.org', 'a.example.org.', undefined]) {
    assert.equal(line(text, { name }), undefined, name);
  }
});

test('wildcards: every pattern of up to 4 characters does what a regular expression does', () => {
  const texts = ['', 'a', 'b', 'aa', 'ab', 'ba', 'aab', 'aba', 'abb', 'abab'];
  const patterns = [''];
  for (let i = 0; patterns[i] !== undefined && patterns[i].length < 4; i++) {
    for (const character of ['a', 'b', '*', '?']) patterns.push(patterns[i] + character);
  }
  for (const pattern of patterns) {
    const expression = new RegExp(`^${pattern.replace(/[*?]/g, (wildcard) => (wildcard === '*' ? '.*' : '.'))}$`);
    for (const text of texts) assert.equal(fitsWildcard(pattern, text), expression.test(text), `${pattern} ${text}`);
  }
});

test('a pattern of many stars answers at once', { timeout: 1_000 }, () => {
  assert.equal(fitsWildcard('a*'.repeat(60) + 'b', 'a'.repeat(250)), false);
});

test('an address: alone, in a prefix, of either family', () => {
  const text = 'address=192.0.2.0/24,198.51.100.7,2001:db8:1::/48,2001:DB8::0:1';
  const inside = ['192.0.2.0', '192.0.2.255', '198.51.100.7', '2001:db8:1:ffff::1', '2001:db8::1'];
  const outside = ['192.0.1.255', '192.0.3.0', '198.51.100.8', '2001:db8:2::', '2001:db8::2', '::', undefined];
  for (const address of inside) assert.equal(line(text, { address }), 1, address);
  for (const address of outside) assert.equal(line(text, { address }), undefined, address);
});

test('prefixes of length 0 hold one family each', () => {
  assert.equal(line('address=0.0.0.0/0', { address: '203.0.113.9' }), 1);
  assert.equal(line('address=0.0.0.0/0', { address: '2001:db8::1' }), undefined);
  assert.equal(line('address=::/0', { address: '2001:db8::1' }), 1);
  assert.equal(line('address=::/0', { address: '203.0.113.9' }), undefined);
});

test('an IPv4 address at the end of an IPv6 address is not that IPv4 address', () => {
  assert.equal(line('address=192.0.2.0/24', { address: '::192.0.2.1' }), undefined);
  assert.equal(line('address=::192.0.2.0/120', { address: '::c000:201' }), 1);
  assert.equal(line('address=64:ff9b::192.0.2.1', { address: '64:ff9b::c000:201' }), 1);
});

test('a certificate: with or without colons, in any case; only one whose chain was checked', () => {
  const text = `fingerprint=${A.toLowerCase()},${B.replaceAll(':', '')}`;
  assert.equal(line(text, { fingerprint: A }), 1);
  assert.equal(line(text, { fingerprint: B }), 1);
  assert.equal(line(text, { fingerprint: A.replace('AB', 'AC') }), undefined);
  assert.equal(line(text, { fingerprint: A, authorized: false }), undefined);
  assert.equal(line(text, { name: 'one' }), undefined);
});

test('every condition of a line must hold; the first line that fits counts', () => {
  const text = `name=a-* address=192.0.2.0/24 fingerprint=${A}\nname=a-1`;
  assert.equal(line(text, { name: 'a-1', address: '192.0.2.1', fingerprint: A }), 1);
  assert.equal(line(text, { name: 'a-1', address: '192.0.2.1' }), 2);
  assert.equal(line(text, { name: 'a-2', address: '192.0.2.1' }), undefined);
  assert.equal(line(text, { name: 'a-2', address: '192.0.3.1', fingerprint: A }), undefined);
  assert.equal(line(text, { name: 'b-2', address: '192.0.2.1', fingerprint: A }), undefined);
});

const wrong = {
  'ams-1': 'ams-1: known are name=, address= and fingerprint=',
  'nme=ams-1': 'nme=ams-1: known are name=, address= and fingerprint=',
  'toString=x': 'toString=x: known are name=, address= and fingerprint=',
  'name=a name=b': 'name= stands twice; write its values with commas between',
  'name=': 'name=: a name has letters, digits, . and -; * and ? are wildcards',
  'name=a,': 'name=: a name has letters, digits, . and -; * and ? are wildcards',
  'name=a_b': 'name=a_b: a name has letters, digits, . and -; * and ? are wildcards',
  'address=ams': 'ams is no address or prefix such as 192.0.2.0/24 or 2001:db8::/32',
  'address=10.1': '10.1 is no address or prefix such as 192.0.2.0/24 or 2001:db8::/32',
  'address=10.0.0.0/8/8': '10.0.0.0/8/8 is no address or prefix such as 192.0.2.0/24 or 2001:db8::/32',
  'address=fe80::1%eth0': 'fe80::1%eth0 is no address or prefix such as 192.0.2.0/24 or 2001:db8::/32',
  'address=192.0.2.0/33': '192.0.2.0/33: the length of the prefix goes from 0 to 32',
  'address=192.0.2.0/': '192.0.2.0/: the length of the prefix goes from 0 to 32',
  'address=2001:db8::/129': '2001:db8::/129: the length of the prefix goes from 0 to 128',
  'address=192.0.2.77/24': '192.0.2.77/24 has bits set after the prefix; write 192.0.2.0/24, or the address alone',
  'address=2001:db8::1/32': '2001:db8::1/32 has bits set after the prefix; write 2001:db8::/32, or the address alone',
  'address=::ffff:192.0.2.0/120': '::ffff:192.0.2.0/120 is an IPv4 address in IPv6 form; write it as IPv4',
  'fingerprint=AB:CD': 'fingerprint=AB:CD: a SHA-256 has 64 hexadecimal digits',
};
for (const [text, reason] of Object.entries(wrong)) {
  test(`refused: ${text}`, () => assert.equal(mistakes(`# one\n${text}`), `line 2: ${reason}`));
}

test('all mistakes are told at once, up to five', () => {
  const known = 'known are name=, address= and fingerprint=';
  assert.equal(mistakes('x\nname=ok\ny'), `line 1: x: ${known}; line 3: y: ${known}`);
  assert.match(mistakes('x\n'.repeat(8)), /line 4: x: [^;]*; line 5: x: [^;]*; and 3 more$/);
});

test('of a long mistake the beginning is told', () => {
  assert.equal(mistakes('x'.repeat(1_000)), `line 1: ${'x'.repeat(192)}`);
});
