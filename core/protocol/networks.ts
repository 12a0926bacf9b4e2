/** Where peers come from, for bounds and sums: an address, or the network that one party has to itself. */
import { type Peer, canonicalAddress } from './names.js';

/** How many leading bits of an address name a network. */
export interface Prefixes {
  readonly ipv4Prefix: number;
  readonly ipv6Prefix: number;
}

/**
 * The network that a peer counts for: `192.0.2.1`, `198.51.100.0/24`, `2001:db8:0:1::/64`. An IPv4-mapped address counts as
 * IPv4. A peer without an address counts for itself: `label ssh-7`.
 */
export function networkOf(peer: Peer, { ipv4Prefix, ipv6Prefix }: Prefixes): string {
  if (peer.kind === 'label') return `label ${peer.label}`;
  const address = canonicalAddress(peer.address);
  if (!address.includes(':')) return ipv4Prefix >= 32 ? address : `${ipv4Network(address, ipv4Prefix)}/${ipv4Prefix}`;
  return ipv6Prefix >= 128 ? address : `${ipv6Network(address, ipv6Prefix)}/${ipv6Prefix}`;
}

function ipv4Network(address: string, prefix: number): string {
  return masked(address.split('.').map(Number), 8, prefix).join('.');
}

function ipv6Network(address: string, prefix: number): string {
  const groups = masked(groupsOf(address), 16, prefix);
  return canonicalAddress(groups.map((group) => group.toString(16)).join(':'));
}

/** The eight groups of an address in canonical text. */
function groupsOf(address: string): number[] {
  const [head = [], tail = []] = address.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].map((group) => parseInt(group, 16));
}

/** Keeps the leading bits of parts of so many bits each. */
function masked(parts: readonly number[], bits: number, prefix: number): number[] {
  return parts.map((part, index) => {
    const dropped = Math.min(Math.max((index + 1) * bits - prefix, 0), bits);
    return (part >>> dropped) << dropped;
  });
}
