import type { Fleet } from '../../../../client/index.js';

/** Tells of every VP that is there, and then of what changes, until the connection ends. */
export async function watch(fleet: Fleet, tell: (line: string) => void): Promise<void> {
  const changes = fleet.changes(); // from now on: nothing falls between it and the list
  for (const { name, state, cc = '??' } of fleet.vps()) tell(`${name} ${cc} ${state}`);
  for await (const { type, vp } of changes) tell(`${vp.name} ${type === 'gone' ? 'gone' : vp.state}`);
}
