import { type Fleet, type Selector, type VantagePoint, connect } from '../../client/index.js';
import { ScrError } from '../../core/contract/errors.js';
import { cliErrors } from '../errors.js';
import type { Stop } from './stop.js';
import { type MuxFlags, findMux } from './where.js';

/** Connects to the controller, and waits until all VPs are known, those that are away too. */
export async function reach(flags: MuxFlags, { signal }: Stop): Promise<Fleet> {
  const fleet = await connect(await findMux(flags), { signal });
  await fleet.settled();
  return fleet;
}

/** The VPs that are meant, by name. */
export function matching(fleet: Fleet, fits: Selector): VantagePoint[] {
  const vps = fleet.vps().filter(fits);
  return vps.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

/** The same, where there must be some. @throws ScrError SCR_NO_VPS, SCR_NONE_MATCHED */
export function choose(fleet: Fleet, fits: Selector): VantagePoint[] {
  const chosen = matching(fleet, fits);
  if (chosen.length > 0) return chosen;
  const { length } = fleet.vps();
  throw length === 0
    ? new ScrError(cliErrors.SCR_NO_VPS)
    : new ScrError(cliErrors.SCR_NONE_MATCHED, `of ${length} vantage points`);
}

/** Those that can be used: a scamper that was started again is there twice for a while, as it is and as it was, away. */
export function withoutReplaced(vps: readonly VantagePoint[]): VantagePoint[] {
  const there = new Set(vps.filter(({ state }) => state === 'connected').map(({ name }) => name));
  return vps.filter(({ name, state }) => state === 'connected' || !there.has(name));
}
