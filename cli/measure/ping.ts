import { isIPv6 } from 'node:net';

/** What a ping found; times in milliseconds. */
export interface Ping {
  readonly src: string | undefined;
  readonly dst: string | undefined;
  readonly sent: number;
  /** Probes that the destination answered. */
  readonly received: number;
  /** Round-trip times of these, in the order in which they came. */
  readonly rtts: readonly number[];
}

const HEADER = 8;
/** Of a byte of flags: another one follows. */
const MORE = 0x80;

/** The parameters of a record, by their numbers: octets, an address, or as many octets as the parameter before says. */
type Size = number | 'address' | 'counted';
const pingSizes: readonly Size[] = [
  ...[4, 4, 4, 4, 8, 1, 1, 2], // list, cycle, two old addresses, start, why it stopped (2), length of the data
  'counted', // data
  ...[2, 2, 1, 1, 2, 2, 1, 2, 2, 4], // probes, size, wait, ttl, replies wanted, sent, method, two ports, user's number
  ...(['address', 'address'] as const), // source, destination
];
const replySizes: readonly Size[] = [
  ...[4, 1, 1, 2, 2, 4, 2, 2, 2, 1, 1], // old address, flags, ttl, size, icmp type, rtt, probe, two IP ids, protocol, tcp flags
  'address',
];
const SENT = 15;
const SOURCE = 20;
const DESTINATION = 21;
const RTT = 6;
const PROBE = 7;
const REPLIER = 12;

/** Reads a record octet by octet. Throws a RangeError where it is cut off. */
class Reader {
  /** Addresses in their order: a later one may be told by its place. */
  readonly #addresses: string[] = [];
  #at = HEADER;

  constructor(readonly octets: Buffer) {}

  number(length: number): number {
    const value = length === 0 ? 0 : this.octets.readUIntBE(this.#at, length);
    this.#at += length;
    return value;
  }

  /** The parameters that are there and whose sizes are known, by number; what stands behind them is skipped. */
  parameters(sizes: readonly Size[]): Map<number, Buffer | string> {
    const set = this.#flags();
    const found = new Map<number, Buffer | string>();
    if (set.length === 0) return found;
    const end = this.number(2) + this.#at;
    if (end > this.octets.length) throw new RangeError('the record is cut off');
    for (const number of set) {
      const size = sizes[number - 1];
      if (size === undefined) break; // newer than this
      found.set(number, size === 'address' ? this.address() : this.#take(sizeOf(size, found.get(number - 1))));
    }
    this.#at = end;
    return found;
  }

  address(): string {
    const length = this.number(1);
    if (length === 0) return this.#addresses[this.number(4)] ?? '';
    this.number(1); // its kind, which the length tells as well
    const text = addressIn(this.#take(length));
    this.#addresses.push(text);
    return text;
  }

  /** The numbers of the flags that are set. */
  #flags(): number[] {
    const set: number[] = [];
    for (let first = 1; ; first += 7) {
      const flags = this.number(1);
      for (let bit = 0; bit < 7; bit++) if ((flags & (1 << bit)) !== 0) set.push(first + bit);
      if ((flags & MORE) === 0) return set;
    }
  }

  #take(length: number): Buffer {
    this.#at += length;
    if (this.#at > this.octets.length) throw new RangeError('the record is cut off');
    return this.octets.subarray(this.#at - length, this.#at);
  }
}

function sizeOf(size: number | 'counted', before: Buffer | string | undefined): number {
  return size === 'counted' ? valueOf(before) : size;
}

function valueOf(octets: Buffer | string | undefined): number {
  return octets instanceof Buffer ? octets.readUIntBE(0, octets.length) : 0;
}

function addressIn(octets: Buffer): string {
  if (octets.length === 4) return octets.join('.');
  const groups = Array.from({ length: octets.length >> 1 }, (_, index) => octets.readUInt16BE(2 * index).toString(16));
  const text = groups.join(':');
  return isIPv6(text) ? new URL(`http://[${text}]`).hostname.slice(1, -1) : octets.toString('hex');
}

/** Reads the warts record of a ping. @returns undefined where it cannot be read */
export function pingIn(record: Buffer): Ping | undefined {
  try {
    return read(new Reader(record));
  } catch (failure) {
    if (failure instanceof RangeError) return undefined;
    throw failure;
  }
}

function read(reader: Reader): Ping {
  const ping = reader.parameters(pingSizes);
  const dst = textOf(ping.get(DESTINATION));
  const rtts = new Map<number, number>();
  for (let replies = reader.number(2); replies > 0; replies--) {
    const reply = reader.parameters(replySizes);
    const probe = valueOf(reply.get(PROBE));
    const counts = textOf(reply.get(REPLIER)) === dst && !rtts.has(probe); // not a router's, not a second one
    if (counts) rtts.set(probe, valueOf(reply.get(RTT)) / 1_000);
  }
  const sent = valueOf(ping.get(SENT));
  return { src: textOf(ping.get(SOURCE)), dst, sent, received: rtts.size, rtts: [...rtts.values()] };
}

function textOf(value: Buffer | string | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
