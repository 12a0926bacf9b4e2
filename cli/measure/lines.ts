import { type VantagePoint, kindOf, recordsIn } from '../../client/index.js';
import { inOneLine, jsonLine } from '../printable.js';
import { type Ping, pingIn } from './ping.js';

/** A result, and what it is of. */
export interface Found {
  readonly vp: VantagePoint;
  readonly command: string;
  /** One record of warts, or several. */
  readonly warts: Buffer;
}

const PING = 7;
/** The kinds of results, by number. */
const kinds: Readonly<Record<number, string>> = {
  6: 'trace',
  [PING]: 'ping',
  8: 'tracelb',
  9: 'dealias',
  10: 'neighbourdisc',
  11: 'tbit',
  12: 'sting',
  13: 'sniff',
  14: 'host',
  15: 'http',
  16: 'udpprobe',
  17: 'owamp',
};

const typeOf = (record: Buffer): string => kinds[kindOf(record)] ?? String(kindOf(record));

/** The smallest, the mean and the largest, to the microsecond; nothing where there are none. */
function spread(
  rtts: readonly number[],
): { readonly min: number; readonly avg: number; readonly max: number } | undefined {
  if (rtts.length === 0) return undefined;
  const sum = rtts.reduce((a, b) => a + b);
  return { min: Math.min(...rtts), avg: Number((sum / rtts.length).toFixed(3)), max: Math.max(...rtts) };
}

/** A line of JSON for each record: pings with their times, other kinds as they are. */
export function jsonLines({ vp, command, warts }: Found): string {
  const about = { vp: vp.name, id: vp.id, address: vp.address, command };
  return recordsIn(warts)
    .map((record) => jsonLine({ ...about, type: typeOf(record), ...contentOf(record) }))
    .join('');
}

function contentOf(record: Buffer): object {
  const ping = kindOf(record) === PING ? pingIn(record) : undefined;
  if (ping === undefined) return { warts: record.toString('base64') };
  const { rtts, ...counts } = ping;
  return { ...counts, ...spread(rtts), rtts };
}

/** A line for each record, for people, with the name of the VP in front. */
export function textLines({ vp, command, warts }: Found): string {
  return recordsIn(warts)
    .map((record) => `${inOneLine(vp.name)}: ${textOf(record, command)}\n`)
    .join('');
}

function textOf(record: Buffer, command: string): string {
  const ping = kindOf(record) === PING ? pingIn(record) : undefined;
  return ping === undefined ? `${command}: ${record.length} octets of ${typeOf(record)}` : pingInWords(ping);
}

function pingInWords({ dst = 'its target', sent, received, rtts }: Ping): string {
  const times = spread(rtts);
  if (times === undefined) return `no reply from ${dst} to ${sent}`;
  const [min, avg, max] = [times.min, times.avg, times.max].map((time) => time.toFixed(3));
  return `min ${min} avg ${avg} max ${max} ms, ${received} of ${sent} from ${dst}`;
}
