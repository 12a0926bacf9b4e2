import { record } from '../../client/support/warts.js';

/** A reply to a probe: its time in microseconds, and who sent it. */
export interface Reply {
  readonly rtt: number;
  readonly probe: number;
  /** An address, or the place of one that was told before. */
  readonly from: string | number;
}

export interface PingFacts {
  readonly src: string;
  readonly dst: string;
  readonly sent: number;
  readonly replies: readonly Reply[];
  /** What the probes hold. */
  readonly data?: Buffer;
}

function number(octets: number, value: number): Buffer {
  const bytes = Buffer.alloc(octets);
  bytes.writeUIntBE(value, 0, octets);
  return bytes;
}

/** In a record, an address that was told before is told by its place. */
function address(text: string | number): Buffer {
  if (typeof text === 'number') return Buffer.concat([number(1, 0), number(4, text)]);
  if (!text.includes(':')) return Buffer.from([4, 1, ...text.split('.').map(Number)]);
  const groups = (part = ''): number[] =>
    part.split(':').flatMap((group) => (group === '' ? [] : Number(`0x${group}`)));
  const [front, back] = text.split('::');
  const ends = [groups(front), groups(back)] as const;
  const zeros = Array<number>(8 - ends[0].length - ends[1].length).fill(0);
  const all = [...ends[0], ...zeros, ...ends[1]];
  return Buffer.concat([Buffer.from([16, 2]), ...all.map((group) => number(2, group))]);
}

/** Flags, the length of the parameters, and those, by their numbers. */
function parameters(of: Readonly<Record<number, Buffer>>): Buffer {
  const numbers = Object.keys(of).map(Number);
  const octets = Math.ceil(Math.max(...numbers) / 7);
  const flags = Array.from({ length: octets }, (_, at) => {
    const here = numbers
      .filter((one) => Math.ceil(one / 7) === at + 1)
      .reduce((sum, one) => sum | (1 << ((one - 1) % 7)), 0);
    return at < octets - 1 ? here | 0x80 : here;
  });
  const body = Buffer.concat(Object.values(of));
  return Buffer.concat([Buffer.from(flags), number(2, body.length), body]);
}

/** The warts record of a ping. */
export function pingRecord({ src, dst, sent, replies, data }: PingFacts): Buffer {
  const counted = data === undefined ? {} : { 8: number(2, data.length), 9: data };
  const about = {
    1: number(4, 1),
    2: number(4, 1),
    ...counted,
    15: number(2, sent),
    20: address(src),
    21: address(dst),
  };
  const each = replies.map(({ rtt, probe, from }) =>
    parameters({ 3: number(1, 64), 6: number(4, rtt), 7: number(2, probe), 12: address(from), 17: number(4, 0) }),
  );
  return record(7, Buffer.concat([parameters(about), number(2, replies.length), ...each]));
}
