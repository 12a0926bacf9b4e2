import { describe, expect, test } from 'vitest';
import { ipPeer, networkOf } from '../../../plugin-sdk/index.js';

const usual = { ipv4Prefix: 32, ipv6Prefix: 64 };

describe('by default', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
    ['2001:db8:0:1::', '2001:db8:0:1::/64'],
    ['2001:0DB8:0000:0001:ffff:ffff:ffff:ffff', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['::1', '::/64'],
  ])('%s counts for %s', (address, network) => {
    expect(networkOf({ kind: 'ip', address, port: 7 }, usual)).toBe(network);
    expect(networkOf(ipPeer(address, 8), usual)).toBe(network);
  });
});

test.each([
  [32, '203.0.113.255'],
  [31, '203.0.113.254/31'],
  [25, '203.0.113.128/25'],
  [24, '203.0.113.0/24'],
  [9, '203.0.0.0/9'],
  [1, '128.0.0.0/1'],
])('an IPv4 prefix of %i', (ipv4Prefix, network) => {
  expect(networkOf(ipPeer('203.0.113.255', 1), { ...usual, ipv4Prefix })).toBe(network);
});

test.each([
  [128, '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  [127, '2001:db8:ffff:ffff:ffff:ffff:ffff:fffe/127'],
  [56, '2001:db8:ffff:ff00::/56'],
  [48, '2001:db8:ffff::/48'],
  [33, '2001:db8:8000::/33'],
  [16, '2001::/16'],
  [1, '::/1'],
])('an IPv6 prefix of %i', (ipv6Prefix, network) => {
  const peer = ipPeer('2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 1);
  expect(networkOf(peer, { ...usual, ipv6Prefix })).toBe(network);
});

test('a peer without an address counts for itself, also where its label looks like an address', () => {
  expect(networkOf({ kind: 'label', label: 'ssh-7' }, usual)).toBe('label ssh-7');
  expect(networkOf({ kind: 'label', label: '192.0.2.1' }, usual)).not.toBe(networkOf(ipPeer('192.0.2.1', 1), usual));
});
