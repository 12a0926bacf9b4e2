import type { Clock } from '../contract/clock.js';
import { ScrError, errors, reasonOf } from '../contract/errors.js';
import type { Release } from '../contract/hooks.js';
import { isThenable } from '../contract/listeners.js';
import { type Logger, errorFields } from '../contract/logger.js';
import { DEFAULT_TIME_LIMIT } from './point.js';

/** What undoes something, and the plugin that gave it; undefined for one of the core's own. */
export interface Owned {
  readonly plugin: string | undefined;
  readonly release: Release;
}

/** Runs releases in reverse order; one that fails, or does not end in time, is logged and the others still run. */
export async function runReleases(
  releases: readonly Owned[],
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<void> {
  for (const { plugin, release } of [...releases].reverse()) {
    try {
      const ending = inTime(clock, release());
      // Stryker disable next-line ConditionalExpression: it saves a turn
      if (ending !== undefined) await ending;
    } catch (failure) {
      const whose = plugin === undefined ? {} : { plugin };
      log.error({ event: 'release.failed', ...whose, ...errorFields(failure) }, reasonOf(failure));
    }
  }
}

/** What is no promise needs no time: what closes something often returns it. */
function inTime(clock: Clock, releasing: unknown): Promise<unknown> | undefined {
  // Stryker disable next-line ConditionalExpression: it saves a promise and a timer
  if (!isThenable(releasing)) return undefined;
  return new Promise((resolve, reject: (why: unknown) => void) => {
    const timer = clock.after(DEFAULT_TIME_LIMIT, () => reject(new ScrError(errors.SCR_RELEASE_TIMEOUT)));
    const settled = Promise.resolve(releasing).finally(() => timer.cancel());
    settled.then(resolve, reject);
  });
}
