import type { VpState } from './reports.js';
import { draw } from './dom.js';

/** The states, worst first. */
export const states: readonly VpState[] = ['lost', 'away', 'never', 'connected'];

/** Around 0,0: a colour alone would not do for everybody. */
export const outlines: Readonly<Record<VpState, string>> = {
  connected: 'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z',
  away: 'M0-5.5L5.5 4.5H-5.5z',
  lost: 'M-5.5-3.5L-3.5-5.5L0-2L3.5-5.5L5.5-3.5L2 0L5.5 3.5L3.5 5.5L0 2L-3.5 5.5L-5.5 3.5L-2 0z',
  never: 'M-4-4H4V4H-4z',
};

/** The shape of a state, as a picture beside its name. */
export function shape(): { readonly picture: SVGSVGElement; readonly show: (state: VpState) => void } {
  const path = draw('path');
  const picture = draw('svg', { class: 'shape', viewBox: '-6 -6 12 12', 'aria-hidden': 'true' }, path);
  return {
    picture,
    show(state) {
      path.setAttribute('d', outlines[state]);
      path.setAttribute('class', state);
    },
  };
}
