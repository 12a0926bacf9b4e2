import { type PluginController, ScrError, metadata } from '../../plugin-sdk/index.js';
import type { Policy } from './decide.js';
import { errors } from './errors.js';
import { type NoProbe, readNoProbe } from './no-probe.js';
import type { Options } from './options.js';
import { asksWhere, makeRule } from './rules.js';

/** A policy, and the list in it. */
export interface Loaded {
  readonly policy: Policy;
  readonly list: NoProbe | undefined;
}

/** Reads and looks up all that the rules need. @throws ScrError SCR_POLICY_… */
export async function load(
  controller: Pick<PluginController, 'resolvePath' | 'use'>,
  { rules, otherwise, noProbe }: Options,
): Promise<Loaded> {
  const known = controller.use(metadata);
  if (known === undefined && rules.some(asksWhere)) throw new ScrError(errors.SCR_POLICY_METADATA);
  const list = noProbe === undefined ? undefined : await readNoProbe(controller.resolvePath(noProbe));
  const made = await Promise.all(rules.map(makeRule));
  return { policy: { rules: made, otherwise, noProbe: list?.prefixes, metadata: known }, list };
}
