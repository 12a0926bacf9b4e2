/** Names of instances, as they appear in MASTER_ID and as socket names. */
import { isIP, isIPv4, isIPv6 } from 'node:net';

/** Where a connection comes from: an IP endpoint, or a label for transports that have none. */
export type Peer =
  | { readonly kind: 'ip'; readonly address: string; readonly port: number }
  | { readonly kind: 'label'; readonly label: string };

/** Makes a peer from a socket's remote address. @throws TypeError when the address is not an IP address. */
export function ipPeer(address: string, port: number): Peer {
  return { kind: 'ip', address: canonicalAddress(address), port };
}

/** IPv4 as it is; an IPv4-mapped address as IPv4; IPv6 in RFC 5952 text without zone. @throws TypeError */
export function canonicalAddress(address: string): string {
  if (isIPv4(address)) return address;
  const bare = address.replace(/%.*$/, '');
  if (!isIPv6(bare)) throw new TypeError(`not an IP address: ${address}`);
  const text = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  return mappedIPv4(text) ?? text;
}

function mappedIPv4(canonical: string): string | undefined {
  const match = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (match === null) return undefined;
  const value = (parseInt(match[1] ?? '', 16) << 16) | parseInt(match[2] ?? '', 16);
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** `198.51.100.55:1025`, `2001:db8::1.1026`, or the transport's label. */
export function peerName(peer: Peer): string {
  if (peer.kind === 'label') return peer.label;
  return `${peer.address}${peer.address.includes(':') ? '.' : ':'}${peer.port}`;
}

/** The instance's name: the peer's, with the monitor name and `-` in front where scamper gave one. */
export function instanceName(peer: Peer, monitorName: string | undefined): string {
  return monitorName === undefined ? peerName(peer) : `${monitorName}-${peerName(peer)}`;
}

/** The peer as a transport named it, its address in canonical text; undefined where no name can be made of it. */
export function checkedPeer(peer: unknown): Peer | undefined {
  if (typeof peer !== 'object' || peer === null) return undefined;
  const { kind, label, address, port } = peer as Readonly<Record<string, unknown>>;
  if (kind === 'label') return isPeerLabel(label) ? { kind, label } : undefined;
  const isEndpoint = kind === 'ip' && typeof address === 'string' && isIP(address) !== 0 && isPort(port);
  return isEndpoint ? ipPeer(address, port) : undefined;
}

function isPort(port: unknown): port is number {
  return typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535;
}

/**
 * A label becomes a file name, or the end of one, and part of MASTER_ID: 1 to 200 letters, digits, `.`, `:`, `_` and `-`. The
 * first is no `-`, which would make it an option, and no `.`, which would hide it.
 */
function isPeerLabel(label: unknown): label is string {
  return typeof label === 'string' && /^[A-Za-z0-9_:][A-Za-z0-9._:-]{0,199}$/.test(label);
}
