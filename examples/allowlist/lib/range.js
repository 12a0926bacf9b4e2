// @ts-check
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** @typedef {readonly [address: ipaddr.IPv4 | ipaddr.IPv6, length: number]} Range */

/**
 * Reads `192.0.2.0/24`, `2001:db8::/32` or a single address.
 * @param {string} text
 * @returns {Range}
 * @throws {Error} what is wrong with it, for people
 */
export function parseRange(text) {
  const [base = '', lengthText, ...rest] = text.split('/');
  // ipaddr.js also reads `10.1` and `0x7f.1`, which hardly anybody means.
  if (isIP(base) === 0 || base.includes('%') || rest.length > 0) {
    throw new Error(`${text} is no address or prefix such as 192.0.2.0/24 or 2001:db8::/32`);
  }
  const address = parseAddress(base);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) {
    throw new Error(`${text} is an IPv4 address in IPv6 form; write it as IPv4`);
  }
  const bits = address.toByteArray().length * 8;
  const length = lengthText === undefined ? bits : parseLength(text, lengthText, bits);
  assertNoHostBits(text, address, length);
  return [address, length];
}

/**
 * ipaddr.js reads `::192.0.2.1` as `::ffff:192.0.2.1`, which is another address: so none has dots when it gets there.
 * @param {string} text
 */
export function parseAddress(text) {
  if (!text.includes(':')) return ipaddr.parse(text);
  const hexadecimal = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_dotted, ...octets) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  return ipaddr.parse(hexadecimal);
}

/**
 * @param {string} text
 * @param {string} lengthText
 * @param {number} bits
 */
function parseLength(text, lengthText, bits) {
  const length = /^\d{1,3}$/.test(lengthText) ? Number(lengthText) : NaN;
  if (!(length <= bits)) throw new Error(`${text}: the length of the prefix goes from 0 to ${bits}`);
  return length;
}

/**
 * 192.0.2.77/24: one address, or the whole network? Better asked than guessed.
 * @param {string} text
 * @param {ipaddr.IPv4 | ipaddr.IPv6} address
 * @param {number} length
 */
function assertNoHostBits(text, address, length) {
  const kind = address instanceof ipaddr.IPv4 ? ipaddr.IPv4 : ipaddr.IPv6;
  const network = kind.networkAddressFromCIDR(`${address.toString()}/${length}`).toString();
  if (network === address.toString()) return;
  throw new Error(`${text} has bits set after the prefix; write ${network}/${length}, or the address alone`);
}

/**
 * @param {Range} range
 * @param {ipaddr.IPv4 | ipaddr.IPv6} address
 */
export function isInRange([base, length], address) {
  return base.kind() === address.kind() && address.match(base, length);
}
