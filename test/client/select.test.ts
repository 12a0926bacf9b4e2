import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selector, selectorKeys } from '../../client/index.js';
import { vantagePoint } from '../../client/mux/vantage-point.js';

const fleet = [
  vantagePoint(1, 'connected', [
    [1, 'ams-nl'],
    [3, '192.0.2.1'],
    [4, '64496'],
    [5, 'NL'],
    [7, 'Den Haag'],
    [10, 'wifi'],
    [10, 'home'],
  ]),
  vantagePoint(2, 'connected', [
    [1, 'ucsd-us'],
    [12, '2001:db8::2'],
    [13, '64497'],
    [5, 'us'],
    [9, 'san'],
    [11, 'SAN'],
    [6, 'CA'],
  ]),
  vantagePoint(3, 'away', [
    [1, 'ucsd-nl'],
    [5, 'NL'],
    [10, 'Wired'],
  ]),
];

const names = (text: string): string =>
  fleet
    .filter(selector(text))
    .map(({ name }) => name)
    .join(' ');

test.each([
  ['all', 'ams-nl ucsd-us ucsd-nl'],
  ['*', 'ams-nl ucsd-us ucsd-nl'],
  ['ucsd-us', 'ucsd-us'],
  ['UCSD-us', ''],
  ['ucsd', ''],
  ['ucsd-*', 'ucsd-us ucsd-nl'],
  ['*-nl', 'ams-nl ucsd-nl'],
  ['*c*d*-*s', 'ucsd-us'],
  ['???-nl', 'ams-nl'],
  ['????-??', 'ucsd-us ucsd-nl'],
  ['cc=NL', 'ams-nl ucsd-nl'],
  ['cc=nl', 'ams-nl ucsd-nl'],
  ['cc=N?', 'ams-nl ucsd-nl'],
  ['tag=wi*', 'ams-nl ucsd-nl'],
  ['cc=NL+tag=wifi', 'ams-nl'],
  ['tag=wifi+tag=home', 'ams-nl'],
  ['ucsd-*+cc=NL', 'ucsd-nl'],
  ['cc=NL+tag=wifi,ucsd-us', 'ams-nl ucsd-us'],
  [' cc=NL + tag=wifi , ucsd-us ', 'ams-nl ucsd-us'],
  ['ams-nl,all', 'ams-nl ucsd-us ucsd-nl'],
  ['all+cc=US', 'ucsd-us'],
  ['asn=64496', 'ams-nl'],
  ['asn=64497', 'ucsd-us'],
  ['asn4=64497', ''],
  ['asn6=64497', 'ucsd-us'],
  ['address=2001:DB8::*', 'ucsd-us'],
  ['state=away', 'ucsd-nl'],
  ['place=den haag', 'ams-nl'],
  ['st=ca', 'ucsd-us'],
  ['iata=san+shortname=SAN', 'ucsd-us'],
  ['name=*us', 'ucsd-us'],
  ['a.*', ''],
  ['(', ''],
])('%s', (text, expected) => {
  expect(names(text)).toBe(expected);
});

test.each(['', ' ', ',', 'a,', ',a', '+', 'a+', 'cc=', '=NL', 'colour=red', 'constructor=x', 'CC=NL'])(
  '%j is no selector',
  (text) => {
    expect(() => selector(text)).toThrow(expect.objectContaining({ code: 'SCR_SELECTOR' }));
  },
);

test('a mistake tells the keys there are', () => {
  expect(() => selector('colour=red')).toThrow(selectorKeys.join(', '));
});

describe('patterns', () => {
  const fits = (text: string, pattern: string): boolean =>
    selector(`name=${pattern}`)(vantagePoint(1, 'connected', [[1, text]]));

  test('are what a slow and plain matcher says', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 6 });
    const plain = (text: string, pattern: string): boolean => {
      const [head, ...rest] = pattern;
      const [letter, ...others] = text;
      if (head === undefined) return text === '';
      if (head === '*') return plain(text, rest.join('')) || (text !== '' && plain(others.join(''), pattern));
      return text !== '' && ['?', letter].includes(head) && plain(others.join(''), rest.join(''));
    };
    fc.assert(
      fc.property(letters, patterns, (text, pattern) => {
        expect(fits(text, pattern)).toBe(plain(text, pattern));
      }),
    );
  });

  test('with many stars take no time', () => {
    expect(fits('a'.repeat(200), `${'*a'.repeat(90)}*b`)).toBe(false);
  });
});
