import { expect, test } from 'vitest';
import type { VantagePoint } from '../../../client/index.js';
import { fileNames } from '../../../cli/measure/file-names.js';

const namesOf = (...names: string[]): string[] => {
  const vps = names.map((name, id): VantagePoint => {
    const unknown = { asn4: undefined, asn6: undefined, latitude: undefined, longitude: undefined, cc: undefined };
    const more = { st: undefined, place: undefined, shortname: undefined, iata: undefined, tags: [] };
    return {
      id,
      name,
      address: undefined,
      state: 'connected',
      since: undefined,
      arrival: undefined,
      ...unknown,
      ...more,
    };
  });
  return [...fileNames(vps).values()];
};

test('usual names stay as they are', () => {
  expect(namesOf('ams-nl', 'ark.example', '192.0.2.1:1025')).toEqual([
    'ams-nl.warts',
    'ark.example.warts',
    '192.0.2.1:1025.warts',
  ]);
});

test('no name leads out of the folder, is hidden, is an option, or steers a terminal', () => {
  expect(namesOf('../../etc/passwd', '.', '-rf', 'a\0b\n\x1b', 'Zürich', '100%')).toEqual([
    '%2E.%2F..%2Fetc%2Fpasswd.warts',
    '%2E.warts',
    '%2Drf.warts',
    'a%00b%0A%1B.warts',
    'Z%C3%BCrich.warts',
    '100%25.warts',
  ]);
});

test('those of one name do not share a file, also where case is ignored or a name is cut', () => {
  expect(namesOf('ams', 'AMS', 'lhr')).toEqual(['ams~0.warts', 'AMS~1.warts', 'lhr.warts']);
  const long = namesOf('x'.repeat(300), 'x'.repeat(301));
  expect(new Set(long).size).toBe(2);
  expect(long.every((name) => name.length < 220)).toBe(true);
});
