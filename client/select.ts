import { ClientError } from './errors.js';
import type { VantagePoint } from './mux/vantage-point.js';

/** What a selector looks at. */
export type Selectable = Omit<VantagePoint, 'id' | 'state' | 'since' | 'arrival' | 'latitude' | 'longitude'> & {
  readonly state: string;
};

/** Whether a VP is meant. */
export type Selector = (vp: Selectable) => boolean;

/** What a key stands for: any of its texts may fit. */
const keys = new Map<string, (vp: Selectable) => readonly (string | number | undefined)[]>([
  ['name', ({ name }) => [name]],
  ['address', ({ address }) => [address]],
  ['state', ({ state }) => [state]],
  ['asn', ({ asn4, asn6 }) => [asn4, asn6]],
  ['asn4', ({ asn4 }) => [asn4]],
  ['asn6', ({ asn6 }) => [asn6]],
  ['cc', ({ cc }) => [cc]],
  ['st', ({ st }) => [st]],
  ['place', ({ place }) => [place]],
  ['shortname', ({ shortname }) => [shortname]],
  ['iata', ({ iata }) => [iata]],
  ['tag', ({ tags }) => tags],
]);

/** The keys that a selector may use. */
export const selectorKeys: readonly string[] = [...keys.keys()];

/**
 * Reads a selector: `all`; `ucsd-*` for names, with `*` and `?`; `cc=NL` for what is known of a VP, upper and lower case alike;
 * `cc=NL+tag=wifi` where all must hold; commas where one of several is enough.
 * @throws ClientError SCR_SELECTOR
 */
export function selector(text: string): Selector {
  const choices = text.split(',').map((choice) => choice.split('+').map((term) => termIn(term.trim(), text)));
  return (vp) => choices.some((terms) => terms.every((fits) => fits(vp)));
}

function termIn(term: string, whole: string): Selector {
  if (term === 'all') return () => true;
  const [, key = 'name', value = ''] = /^(?:([^=]*)=)?(.*)$/s.exec(term) ?? [];
  const textsOf = keys.get(key);
  if (textsOf === undefined || value === '') {
    throw new ClientError('SCR_SELECTOR', whole, { reason: `keys are ${selectorKeys.join(', ')}` });
  }
  const form = key === 'name' ? (text: string) => text : (text: string) => text.toLowerCase();
  const pattern = form(value);
  return (vp) => textsOf(vp).some((text) => text !== undefined && matches(form(String(text)), pattern));
}

/** `*` stands for any characters, `?` for one. No pattern takes long: what stands between stars is put as far left as it goes. */
function matches(text: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return text.length === first.length && fitsAt(text, 0, first);
  const end = text.length - last.length;
  let at = fitsAt(text, 0, first) ? first.length : Infinity;
  for (const part of others) at = endOf(part, text, at);
  return at <= end && fitsAt(text, end, last);
}

/** Where the part ends when it begins at `from` or as soon as possible behind it; Infinity where it does not fit. */
function endOf(part: string, text: string, from: number): number {
  for (let at = from; at + part.length <= text.length; at++) if (fitsAt(text, at, part)) return at + part.length;
  return Infinity;
}

function fitsAt(text: string, at: number, part: string): boolean {
  for (let index = 0; index < part.length; index++)
    if (part[index] !== '?' && part[index] !== text[at + index]) return false;
  return true;
}
