import { isDeepStrictEqual } from 'node:util';
import type { VpMetadata } from '../../plugin-sdk/index.js';
import { Draft, ownText } from './draft.js';
import { type Fact, type Found, type Mistake, shown } from './facts.js';
import { MISTAKES_TOLD, TooMuch, VP_LIMIT } from './limits.js';
import { inTurns } from './turns.js';

/** As scamper's `-M` has them; the length goes into an octet, with a NUL. */
const MONITOR_NAME = /^[A-Za-z0-9][A-Za-z0-9.-]{0,253}$/;

export type Vps = ReadonlyMap<string, VpMetadata>;

/** What a file comes to. */
export interface Gathered {
  /** By their monitor names. */
  readonly vps: Vps;
  /** How many are not what they were, or are new, or no more. */
  readonly changed: number;
  /** The first mistakes. */
  readonly mistakes: readonly Mistake[];
  /** How many there are behind these. */
  readonly more: number;
}

/**
 * Puts together what a file says. @param before what was known; it stays where it is equal
 * @throws TooMuch
 */
export async function gather(found: Iterable<Found>, before: Vps): Promise<Gathered> {
  const drafts = new Map<string, Draft>();
  const mistakes: Mistake[] = [];
  let more = 0;
  await inTurns(found, (one) => {
    const wrong = 'wrong' in one ? one.wrong : note(drafts, one);
    if (wrong === undefined) return;
    if (mistakes.length < MISTAKES_TOLD) mistakes.push({ line: one.line, wrong });
    else more++;
  });
  return { ...(await finished(drafts, before)), mistakes, more };
}

/** @returns what is wrong */
function note(drafts: Map<string, Draft>, { name, attribute, value }: Fact): string | undefined {
  const known = drafts.get(name);
  if (known !== undefined) return known.add(attribute, value);
  if (!MONITOR_NAME.test(name)) return `${shown(name)} is no monitor name: these have letters, digits, . and -`;
  const draft = new Draft();
  const wrong = draft.add(attribute, value);
  if (draft.isEmpty) return wrong;
  if (drafts.size >= VP_LIMIT) throw new TooMuch(`more than ${VP_LIMIT} VPs`);
  drafts.set(ownText(name), draft);
  return wrong;
}

async function finished(drafts: ReadonlyMap<string, Draft>, before: Vps): Promise<Pick<Gathered, 'vps' | 'changed'>> {
  const vps = new Map<string, VpMetadata>();
  let changed = 0;
  await inTurns(drafts, ([name, draft]) => {
    const fresh = draft.finish();
    const known = before.get(name);
    const isSame = known !== undefined && isDeepStrictEqual(known, fresh);
    if (!isSame) changed++;
    vps.set(name, isSame ? known : fresh);
  });
  for (const name of before.keys()) if (!vps.has(name)) changed++;
  return { vps, changed };
}
