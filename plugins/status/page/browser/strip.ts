import type { VpReport, VpState } from './reports.js';
import { draw, setAttribute } from './dom.js';
import { DAY } from './times.js';

/** Steps of five minutes. */
const STEPS = 288;
const HEIGHT = 12;

/** How high it stands: a colour alone would not do for everybody. */
const heights: Readonly<Record<VpState, number>> = { connected: 12, away: 6, lost: 2, never: 0 };
const drawn = ['connected', 'away', 'lost'] as const;

/** A time in which the state was the same, as parts of the day: 0 is a day ago, 1 is now. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly state: VpState;
}

export function spansOf({ turns }: Pick<VpReport, 'turns'>, now: number): readonly Span[] {
  const partOf = (at: number): number => Math.min(Math.max((at - now) / DAY + 1, 0), 1);
  return turns.map(([at, state], index) => ({ from: partOf(at), to: partOf(turns[index + 1]?.[0] ?? now), state }));
}

/** Which part of the last 24 hours it was connected. */
export function presence(vp: Pick<VpReport, 'turns'>, now: number): number {
  const there = spansOf(vp, now).filter(({ state }) => state === 'connected');
  return there.reduce((all, { from, to }) => all + to - from, 0);
}

/** A picture of the last 24 hours, now at its right end. */
export class Strip {
  readonly #paths = drawn.map((state) => [state, draw('path', { class: state })] as const);
  readonly picture = draw(
    'svg',
    { class: 'strip', viewBox: `0 0 ${STEPS} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img' },
    ...this.#paths.map(([, path]) => path),
  );

  show(vp: Pick<VpReport, 'turns'>, now: number): void {
    const spans = spansOf(vp, now);
    for (const [state, path] of this.#paths) {
      const own = spans.filter((span) => span.state === state);
      setAttribute(path, 'd', own.map(bar).join(''));
    }
    setAttribute(this.picture, 'aria-label', `connected for ${percent(presence(vp, now))} of the last 24 hours`);
  }
}

/** What was short is seen too. */
function bar({ from, to, state }: Span): string {
  const [left, right] = [Math.floor(from * STEPS), Math.ceil(to * STEPS)];
  return right > left ? `M${left} ${HEIGHT}H${right}V${HEIGHT - heights[state]}H${left}z` : '';
}

function percent(part: number): string {
  return `${Math.floor(part * 100)} %`;
}
