import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Kind = 'ipv4' | 'ipv6';

/** A set of IPv4 and IPv6 prefixes. Looking an address up costs the same for ten prefixes as for a million. */
export class Prefixes {
  /** Network bits as text, by family and length: `ipv4/24`. */
  readonly #networks = new Map<string, Set<string>>();
  readonly #lengths: Readonly<Record<Kind, Set<number>>> = { ipv4: new Set(), ipv6: new Set() };

  /**
   * @param text `192.0.2.0/24`, `2001:db8::/32`, or a single address
   * @throws Error what is wrong with it, for people
   */
  add(text: string): void {
    const [base = '', lengthText, ...rest] = text.split('/');
    if (!isPlain(base) || rest.length > 0) throw new Error(`${text} is no address or prefix`);
    const address = ipaddr.parse(hexadecimal(base));
    if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) throw new Error(`${text}: write it as IPv4`);
    const bits = bitsOf(address);
    const length = lengthText === undefined ? bits.length : lengthIn(lengthText, bits.length, text);
    if (bits.includes('1', length)) throw new Error(`${text} has bits set after the prefix`);
    const key = `${address.kind()}/${length}`;
    const networks = this.#networks.get(key) ?? new Set();
    this.#networks.set(key, networks.add(bits.slice(0, length)));
    this.#lengths[address.kind()].add(length);
  }

  get size(): number {
    return [...this.#networks.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Whether one of the prefixes holds the address; an IPv4 address in IPv6 form counts as IPv4. */
  has(text: string): boolean {
    const address = ipaddr.process(hexadecimal(text));
    const bits = bitsOf(address);
    const kind = address.kind();
    for (const length of this.#lengths[kind]) {
      if (this.#networks.get(`${kind}/${length}`)?.has(bits.slice(0, length)) === true) return true;
    }
    return false;
  }
}

/** ipaddr.js also reads `10.1` and `0x7f.1`, which hardly anybody means. */
function isPlain(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

/** An IPv6 address without dots. ipaddr.js reads `::192.0.2.1` as `::ffff:192.0.2.1`, which is another address. */
function hexadecimal(text: string): string {
  if (!text.includes(':')) return text;
  return text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_dotted, ...octets) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

function bitsOf(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address
    .toByteArray()
    .map((octet) => octet.toString(2).padStart(8, '0'))
    .join('');
}

function lengthIn(digits: string, longest: number, text: string): number {
  const length = /^\d{1,3}$/.test(digits) ? Number(digits) : NaN;
  if (!(length <= longest)) throw new Error(`${text}: the length goes from 0 to ${longest}`);
  return length;
}
