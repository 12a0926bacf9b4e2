import { ScrError, errors } from '../contract/errors.js';
import type { TapOptions } from '../contract/hooks.js';

/** A tap that has wishes about its place. */
export interface Placed {
  readonly plugin: string;
  readonly hook: string;
  readonly before: readonly string[];
  readonly place: TapOptions['place'];
}

/** @throws TypeError where it is neither first nor last: plugins are JavaScript too */
export function placeOf({ place }: TapOptions, hook: string): TapOptions['place'] {
  const known: readonly unknown[] = [undefined, 'first', 'last'];
  if (known.includes(place)) return place;
  throw new TypeError(`${hook}.tap: place is first or last, not ${JSON.stringify(place)}`);
}

function byPlace<T extends Placed>(taps: readonly T[]): T[] {
  const at = (wanted: TapOptions['place']): T[] => taps.filter(({ place }) => place === wanted);
  return [...at('first'), ...at(undefined), ...at('last')];
}

/**
 * The order of the configuration, but each tap behind those that ask to run before its plugin.
 * @throws ScrError SCR_PLUGIN_ORDER when no order grants every wish
 */
export function inOrder<T extends Placed>(taps: readonly T[]): T[] {
  const ordered = new Set<T>();
  const waiting = new Set<T>();
  const place = (tap: T): void => {
    // Stryker disable next-line ConditionalExpression: it saves time
    if (ordered.has(tap)) return;
    if (waiting.has(tap)) throw contradiction(tap, waiting);
    waiting.add(tap);
    for (const other of taps) if (other.before.includes(tap.plugin)) place(other);
    waiting.delete(tap);
    ordered.add(tap);
  };
  byPlace(taps).forEach(place);
  return [...ordered];
}

function contradiction<T extends Placed>(tap: T, waiting: ReadonlySet<T>): ScrError {
  const chain = [...waiting];
  const circle = [...chain.slice(chain.indexOf(tap)), tap].map(({ plugin }) => plugin).reverse();
  const { plugin, hook } = tap;
  return new ScrError(errors.SCR_PLUGIN_ORDER, `${hook}: ${circle.join(' before ')}`, { plugin, hook });
}
