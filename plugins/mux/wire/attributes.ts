import { isIPv6 } from 'node:net';
import type { InstanceView, Peer, VpMetadata } from '../../../plugin-sdk/index.js';
import { attribute } from './messages.js';

/** The numbers of what is said of an instance. */
const Attribute = {
  name: 1,
  arrival: 2,
  ipv4: 3,
  asn4: 4,
  cc: 5,
  st: 6,
  place: 7,
  latlong: 8,
  shortname: 9,
  tag: 10,
  iata: 11,
  ipv6: 12,
  asn6: 13,
  /** Ours: when the connection was lost. */
  since: 0x8000,
} as const;

type Pair = readonly [number: number, value: string];

/** What is said of an instance, in the order in which the C controller says it. What is not known is left out [MUX-3]. */
export function attributesOf(instance: InstanceView, known: Partial<VpMetadata> = {}): Buffer {
  const { asn4, asn6, latlong, cc, st, place, shortname, iata, tags = [] } = known;
  const optional: readonly (readonly [number, string | number | undefined])[] = [
    [Attribute.asn4, asn4],
    [Attribute.asn6, asn6],
    [Attribute.latlong, latlong?.text],
    [Attribute.cc, cc],
    [Attribute.st, st],
    [Attribute.place, place],
    [Attribute.shortname, shortname],
    [Attribute.iata, iata],
  ];
  const pairs: readonly Pair[] = [
    [Attribute.name, instance.monitorName ?? instance.name],
    [Attribute.arrival, timeText(instance.since)],
    addressOf(instance.peer),
    ...optional.flatMap(([number, value]): Pair[] => (value === undefined ? [] : [[number, String(value)]])),
    ...tags.map((tag): Pair => [Attribute.tag, tag]),
  ];
  return Buffer.concat(pairs.map(([number, value]) => attribute(number, value)));
}

/** When the connection was lost. */
export function sinceAttribute(lost: Date): Buffer {
  return attribute(Attribute.since, timeText(lost));
}

/** A client cannot open an instance without an address; one that came by another transport than IP has none. */
function addressOf(peer: Peer): Pair {
  if (peer.kind === 'label') return [Attribute.ipv4, '0.0.0.0'];
  return [isIPv6(peer.address) ? Attribute.ipv6 : Attribute.ipv4, peer.address];
}

/** Seconds and microseconds; the clock has milliseconds. */
function timeText(date: Date): string {
  const time = date.getTime();
  const seconds = Math.floor(time / 1000);
  return `${seconds}.${String((time - seconds * 1000) * 1000).padStart(6, '0')}`;
}
