import { type Sample, quantile } from './samples.js';

/** What is to stay as it is, and by how much the last third may be above the second one. */
export const bounds = { rss: 1.05, heap: 1.03, descriptors: 1.02, p50: 1.25, p99: 1.5, cost: 1.15 } as const;
/** Samples of a third of a stretch, at least: chance decides over fewer. The heap is looked at less often. */
const ENOUGH = 12;
const ENOUGH_OF_HEAP = 4;
/** Times depend on who else uses the machine: of each third that half counts in which there was least waiting for a core. */
const times: ReadonlySet<Measure> = new Set<Measure>(['p50', 'p99']);
type Measure = keyof typeof bounds;

export interface Flatness {
  readonly measure: Measure;
  /** Medians of the second and the last third. */
  readonly second: number;
  readonly last: number;
  /** Of a line fitted to all three thirds by least squares, for each hour. */
  readonly slope: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly waited: number;
}

function calmHalf(points: readonly Point[]): Point[] {
  return points.toSorted((a, b) => a.waited - b.waited).slice(0, Math.ceil(points.length / 2));
}

function slopeOf(points: readonly Point[]): number {
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)];
  return mean((point) => (point.x - x) * (point.y - y)) / mean((point) => (point.x - x) ** 2);
}

/** How one measure goes from a time on; undefined where there is too little to say. */
export function flatnessOf(samples: readonly Sample[], measure: Measure, from: number): Flatness | undefined {
  const points = samples.flatMap(({ seconds: x, waited = 0, [measure]: y }) =>
    x < from || y === undefined ? [] : [{ x, y, waited }],
  );
  const third = Math.floor(points.length / 3);
  if (third < (measure === 'heap' ? ENOUGH_OF_HEAP : ENOUGH)) return undefined;
  const medianOf = (part: readonly Point[]): number | undefined => {
    const counted = times.has(measure) ? calmHalf(part) : part;
    return quantile(
      counted.map(({ y }) => y),
      0.5,
    );
  };
  const [second, last] = [medianOf(points.slice(third, 2 * third)), medianOf(points.slice(-third))];
  if (second === undefined || last === undefined) return undefined;
  return { measure, second, last, slope: slopeOf(points) * 3600 };
}

/** All that is not flat. */
export function growing(all: readonly Flatness[]): Flatness[] {
  return all.filter(({ measure, second, last }) => last > second * bounds[measure]);
}
