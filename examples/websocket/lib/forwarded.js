// @ts-check
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ScrError, ipPeer } from 'sc-remoted/plugin-sdk';
import { errors } from './errors.js';

/** @import { IncomingMessage } from 'node:http' */
/** @import { Peer } from 'sc-remoted/plugin-sdk' */
/** @typedef {(address: string) => boolean} IsTrusted */

/**
 * @param {readonly string[]} ranges addresses and prefixes
 * @returns {IsTrusted}
 * @throws {ScrError} SCR_WEBSOCKET_PROXY
 */
export function trust(ranges) {
  const parsed = ranges.map(parseRange);
  return (text) => {
    const address = ipaddr.process(hexadecimal(text)); // IPv4-mapped as IPv4
    return parsed.some(([base, length]) => base.kind() === address.kind() && address.match(base, length));
  };
}

/**
 * @param {string} text
 * @returns {[ipaddr.IPv4 | ipaddr.IPv6, number]}
 */
function parseRange(text) {
  try {
    const [base = ''] = text.split('/');
    if (isIP(base) === 0 || base.includes('%')) throw new Error('no address');
    const length = text === base ? `/${isIP(base) === 4 ? 32 : 128}` : text.slice(base.length);
    return ipaddr.parseCIDR(hexadecimal(base) + length);
  } catch (cause) {
    throw new ScrError(errors.SCR_WEBSOCKET_PROXY, `trustedProxies: ${text}`, { cause });
  }
}

/**
 * An IPv6 address without dots. ipaddr.js reads `::192.0.2.1` as `::ffff:192.0.2.1`, which is another address.
 * @param {string} text
 */
function hexadecimal(text) {
  if (!text.includes(':')) return text;
  return text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_dotted, ...octets) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

/**
 * Who is at the other end of a request. A proxy that is trusted is believed: each proxy appends to X-Forwarded-For whom it sees, so
 * the list is read from its end until an address comes that is not one of our proxies; what stands before may be invented.
 * @param {IncomingMessage} request
 * @param {IsTrusted} isTrusted
 * @returns {Peer | undefined} undefined when the header of a trusted proxy makes no sense
 */
export function peerOf({ socket, headers }, isTrusted) {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return undefined; // gone again already
  const hops = [headers['x-forwarded-for'] ?? []]
    .flat()
    .join(',')
    .split(',')
    .filter((hop) => hop.trim() !== '');
  let address = remoteAddress;
  while (isTrusted(address)) {
    const hop = hops.pop();
    if (hop === undefined) break;
    const before = addressIn(hop.trim());
    if (before === undefined) return undefined;
    address = before;
  }
  // The port is that of the connection to us: it tells the many scampers behind one address apart.
  return ipPeer(address, remotePort);
}

/**
 * Some proxies write the port too.
 * @param {string} hop
 */
function addressIn(hop) {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
  return isIP(bare) === 0 ? undefined : bare;
}
