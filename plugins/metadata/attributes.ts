import type { VpLocation, VpMetadata } from '../../plugin-sdk/index.js';

/** The attributes of which a VP has one at most. */
export type Singles = { -readonly [K in Exclude<keyof VpMetadata, 'tags' | 'other'>]-?: NonNullable<VpMetadata[K]> };

/** How the text of an attribute is read. */
interface Kind<T> {
  /** @returns undefined where it is not what is expected */
  readonly read: (text: string) => T | undefined;
  readonly expected: string;
}

const DECIMAL = '[+-]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+)(?:[eE][+-]?[0-9]+)?';
const LATLONG = new RegExp(`^(${DECIMAL})[ \\t]*,[ \\t]*(${DECIMAL})$`);

const words: Kind<string> = { read: (text) => text, expected: 'a text' };

const asn: Kind<number> = {
  read(text) {
    const number = Number(/^(?:AS)?([0-9]{1,10})$/i.exec(text)?.[1]);
    return number <= 0xffff_ffff ? number : undefined;
  },
  expected: 'a number from 0 to 4294967295',
};

function letters(count: number): Kind<string> {
  const form = new RegExp(`^[A-Za-z]{${count}}$`);
  return { read: (text) => (form.test(text) ? text : undefined), expected: `${count} letters` };
}

const latlong: Kind<VpLocation> = {
  read(text) {
    const [, north = '', east = ''] = LATLONG.exec(text) ?? [];
    const [latitude, longitude] = [Number(north), Number(east)];
    const isPlace = north !== '' && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
    return isPlace ? Object.freeze({ latitude, longitude, text: `${north},${east}` }) : undefined;
  },
  expected: 'latitude,longitude in degrees: 52.37,4.90',
};

export type Kinds = { readonly [K in keyof Singles]: Kind<Singles[K]> };

export const kinds: Kinds = {
  asn4: asn,
  asn6: asn,
  cc: letters(2),
  st: words,
  place: words,
  latlong,
  shortname: words,
  iata: letters(3),
};

export function isSingle(attribute: string): attribute is keyof Singles {
  return Object.hasOwn(kinds, attribute);
}
