import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalAddress, checkedPeer, instanceName, ipPeer, peerName } from '../../../core/protocol/names.js';

const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
const groups = fc.array(group, { minLength: 8, maxLength: 8 });

/** The eight groups of an IPv6 address as text, `::` expanded. */
function expand(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const numbers = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((digits) => parseInt(digits, 16));
  const [before, after] = [numbers(head), numbers(tail ?? '')];
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...new Array<number>(missing).fill(0), ...after];
}

/** The longest run of zero groups, as RFC 5952 counts. */
function longestZeroRun(address: readonly number[]): number {
  const runs =
    address
      .map((value) => (value === 0 ? '0' : '1'))
      .join('')
      .match(/0+/g) ?? [];
  return Math.max(0, ...runs.map((run) => run.length));
}

function isMapped(address: readonly number[]): boolean {
  return address.slice(0, 5).every((value) => value === 0) && address[5] === 0xffff;
}

describe('canonicalAddress', () => {
  test.each([
    ['198.51.100.55', '198.51.100.55'],
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:db8:1234:0:0:0:0:1', '2001:db8:1234::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:255.255.255.255', '255.255.255.255'],
    ['::ffff:0:0', '0.0.0.0'],
  ])('%s is written %s', (given, expected) => {
    expect(canonicalAddress(given)).toBe(expected);
  });

  test.each(['', 'localhost', '1.2.3', '01.2.3.4', '1.2.3.4.5', ':::', '2001:db8', '[::1]', '::1/64', '../etc'])(
    '%j is not an address',
    (text) => {
      expect(() => canonicalAddress(text)).toThrow(new TypeError(`not an IP address: ${text}`));
    },
  );

  test('any IPv6 address keeps its value, in lower case, without leading zeros, its longest run of zeros cut', () => {
    fc.assert(
      fc.property(groups, fc.boolean(), (address, upper) => {
        fc.pre(!isMapped(address));
        const long = address.map((value) => value.toString(16).padStart(4, '0')).join(':');
        const text = canonicalAddress(upper ? long.toUpperCase() : long);
        expect(expand(text)).toEqual(address);
        expect(text).toMatch(/^[0-9a-f:]+$/);
        expect(text).not.toMatch(/(^|:)0[0-9a-f]/);
        const run = longestZeroRun(address);
        expect(text.includes('::')).toBe(run > 1);
        if (run > 1) expect(text.split(/:+/).filter((part) => part !== '')).toHaveLength(8 - run);
        expect(canonicalAddress(text)).toBe(text);
      }),
    );
  });

  test('any IPv4-mapped address is written as IPv4', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const hex = address
          .split('.')
          .map((octet) => Number(octet).toString(16).padStart(2, '0'))
          .join('');
        expect(canonicalAddress(`::ffff:${address}`)).toBe(address);
        expect(canonicalAddress(`::ffff:${hex.slice(0, 4)}:${hex.slice(4)}`)).toBe(address);
      }),
    );
  });
});

describe('names of peers and instances', () => {
  test.each([
    [ipPeer('198.51.100.55', 1025), '198.51.100.55:1025'],
    [ipPeer('2001:db8:1234::1', 1026), '2001:db8:1234::1.1026'],
    [ipPeer('::ffff:198.51.100.55', 1025), '198.51.100.55:1025'],
    [ipPeer('fe80::1%lo', 9), 'fe80::1.9'],
    [{ kind: 'label', label: 'unix-7' } as const, 'unix-7'],
  ])('%j is called %s', (peer, name) => {
    expect(peerName(peer)).toBe(name);
    expect(instanceName(peer, undefined)).toBe(name);
    expect(instanceName(peer, 'foo.bar')).toBe(`foo.bar-${name}`);
  });

  test('no peer is made of something that is not an address', () => {
    expect(() => ipPeer('example.org', 1)).toThrow(new TypeError('not an IP address: example.org'));
  });
});

describe('the label of a peer', () => {
  test.each(['a', 'unix-7', 'a.b_c:d-E9', 'x'.repeat(200)])('%s is a label', (label) => {
    expect(checkedPeer({ kind: 'label', label })).toEqual({ kind: 'label', label });
  });

  test.each(['', '.', '..', '.hidden', '--help', 'a/b', '../a', 'a b', 'a\0', 'a\n', 'é', 'x'.repeat(201)])(
    '%j is none',
    (label) => {
      expect(checkedPeer({ kind: 'label', label })).toBeUndefined();
    },
  );
});
