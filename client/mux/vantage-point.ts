import type { Attribute } from './messages.js';

/** What is known of a vantage point (VP) at one moment. It does not change: what changes is told as another one. */
export interface VantagePoint {
  /** The number that the controller gave it; the same after a resume. Two VPs may have one name, never one number. */
  readonly id: number;
  readonly name: string;
  /** The IPv4 or IPv6 address that it calls from. */
  readonly address: string | undefined;
  /** `away`: it lost its connection, and may come back with all it was doing. */
  readonly state: 'connected' | 'away';
  /** Since when it is in this state, as far as is known here; undefined where the controller does not tell. */
  readonly since: Date | undefined;
  /** When it first called. */
  readonly arrival: Date | undefined;
  readonly asn4: number | undefined;
  readonly asn6: number | undefined;
  readonly latitude: number | undefined;
  readonly longitude: number | undefined;
  /** Country code. */
  readonly cc: string | undefined;
  /** State or region. */
  readonly st: string | undefined;
  readonly place: string | undefined;
  readonly shortname: string | undefined;
  readonly iata: string | undefined;
  readonly tags: readonly string[];
}

/** The numbers of the attributes. */
const NAME = 1;
const ARRIVAL = 2;
const IPV4 = 3;
const ASN4 = 4;
const CC = 5;
const ST = 6;
const PLACE = 7;
const LATLONG = 8;
const SHORTNAME = 9;
const TAG = 10;
const IATA = 11;
const IPV6 = 12;
const ASN6 = 13;
const SINCE = 0x8000;

/** Of an attribute that is repeated the last one holds; tags add up. */
export function vantagePoint(id: number, state: VantagePoint['state'], attributes: readonly Attribute[]): VantagePoint {
  const texts = new Map(attributes);
  const address = texts.get(IPV4) ?? texts.get(IPV6);
  const arrival = timeIn(texts.get(ARRIVAL));
  const [latitude, longitude] = placeIn(texts.get(LATLONG));
  return Object.freeze({
    id,
    name: texts.get(NAME) ?? address ?? `instance-${id}`,
    address,
    state,
    since: state === 'away' ? timeIn(texts.get(SINCE)) : arrival,
    arrival,
    asn4: asnIn(texts.get(ASN4)),
    asn6: asnIn(texts.get(ASN6)),
    latitude,
    longitude,
    cc: texts.get(CC),
    st: texts.get(ST),
    place: texts.get(PLACE),
    shortname: texts.get(SHORTNAME),
    iata: texts.get(IATA),
    tags: Object.freeze(attributes.filter(([number]) => number === TAG).map(([, text]) => text)),
  });
}

/** `seconds.microseconds` */
function timeIn(text = ''): Date | undefined {
  if (!/^\d{1,11}(\.\d+)?$/.test(text)) return undefined;
  return new Date(Number(text) * 1_000);
}

/** `64496`, or `AS64496`. */
function asnIn(text = ''): number | undefined {
  const [, digits] = /^(?:AS)?(\d{1,10})$/i.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** A number as it is written anywhere: `52.37`, `.5`, `5e1`. */
const DECIMAL = '[-+]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][-+]?[0-9]+)?';
const POSITION = new RegExp(`^\\s*(${DECIMAL})\\s*,\\s*(${DECIMAL})\\s*$`);

/** `latitude,longitude` in degrees. */
function placeIn(text = ''): readonly number[] {
  const [, latitude, longitude] = POSITION.exec(text) ?? [];
  return latitude === undefined ? [] : [Number(latitude), Number(longitude)];
}
