import { expect, test } from 'vitest';
import { type Flatness, flatnessOf, growing } from './support/flatness.js';
import { plot } from './support/plot.js';
import { asCsv } from './support/samples.js';
import { sampleWith } from './support/sample-with.js';

const half = { minutes: 30, every: 5 };

/** What is said of samples with this resident memory. */
function saidOf(rss: (share: number) => number): Flatness[] {
  const flatness = flatnessOf(
    sampleWith(half, (share) => ({ rss: rss(share) })),
    'rss',
    0,
  );
  return flatness === undefined ? [] : [flatness];
}

test('growth is told, with its slope for each hour', () => {
  const said = saidOf((share) => 100 + 20 * share);
  expect(said[0]?.slope).toBeCloseTo(40, 0);
  expect(growing(said)).toEqual(said);
});

test('what stays below the bound, or shrinks, is no growth', () => {
  expect(growing(saidOf((share) => 100 + 10 * share))).toEqual([]);
  expect(growing(saidOf((share) => 100 - 20 * share))).toEqual([]);
});

test('what comes before the time that counts does not', () => {
  const samples = sampleWith(half, (at) => ({ rss: at < 0.4 ? 10 : 100 }));
  const flatness = flatnessOf(samples, 'rss', 0.4 * 1800);
  expect(flatness).toMatchObject({ second: 100, last: 100, slope: 0 });
});

test('times are taken from where there was least waiting for a core', () => {
  const samples = sampleWith(half, (_, index) => ({
    p50: index % 2 === 0 ? 1 : 1000,
    waited: index % 2 === 0 ? 3 : 90,
  }));
  expect(flatnessOf(samples, 'p50', 0)).toMatchObject({ second: 1, last: 1 });
});

test('over a few samples nothing is said', () => {
  const samples = sampleWith({ minutes: 1, every: 5 }, (at) => ({ rss: 100 + 100 * at, heap: 10 }));
  expect(flatnessOf(samples, 'rss', 0)).toBeUndefined();
  expect(flatnessOf(samples, 'heap', 0)).toBeDefined();
});

test('a plot of half an hour is small, well-formed, and has a gap where the controller was away', () => {
  const samples = sampleWith(half, (_, index) => ({
    rss: index === 100 ? undefined : 130 + (index % 7) / 3,
    p50: 1.5,
  }));
  const svg = plot(samples, [500]);
  expect(Buffer.byteLength(svg)).toBeLessThan(40_000);
  expect(svg.match(/<[a-z]+/g)?.length).toBe((svg.match(/\/>|<\/[a-z]+>/g) ?? []).length);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  const lines = [...svg.matchAll(/<path class="a" d="([^"]*)"/g)].map(([, line = '']) => line);
  expect(lines.map((line) => line.split('M').length - 1)).toEqual([1, 2, 1, 1, 1, 1]);
});

test('what could not be had is an empty field', () => {
  const [header, row] = asCsv(sampleWith({ minutes: 1, every: 60 }, () => ({ rss: undefined, heap: 12.34567 }))).split(
    '\n',
  );
  expect(header?.split(',').slice(0, 4)).toEqual(['seconds', 'life', 'rss', 'heap']);
  expect(row?.split(',').slice(2, 4)).toEqual(['', '12.346']);
});
