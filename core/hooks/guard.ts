import type { Clock } from '../contract/clock.js';
import { ScrError, attempt, errors } from '../contract/errors.js';
import { isThenable } from '../contract/listeners.js';
import { type MaybePromise, whenKnown } from './maybe.js';

/** What a handler may return, checked at run time: plugins are JavaScript too. */
export interface ResultRule {
  readonly accepts: (value: unknown) => boolean;
  /** Said in the error: "nothing, or { deny: reason }". */
  readonly expected: string;
}

/** Whose handler of which hook is guarded. */
export interface GuardedTap {
  readonly plugin: string;
  readonly hook: string;
  readonly timeLimit: number;
}

/** A failure that has a code keeps it. */
function failure(tap: GuardedTap, cause: unknown): ScrError {
  if (cause instanceof ScrError) return cause.within(tap.plugin, tap.hook);
  const at = { plugin: tap.plugin, hook: tap.hook, cause };
  return new ScrError(errors.SCR_HOOK_FAILED, `${tap.plugin}, ${tap.hook}`, at);
}

function checked(tap: GuardedTap, rule: ResultRule, value: unknown): unknown {
  // What throws when it is looked at is not allowed either.
  if (attempt(() => !isThenable(value) && rule.accepts(value), false)) return value;
  const detail = `${tap.plugin}, ${tap.hook}: expected ${rule.expected}`;
  throw new ScrError(errors.SCR_HOOK_RESULT, detail, { plugin: tap.plugin, hook: tap.hook });
}

/**
 * Calls a synchronous handler. @throws ScrError SCR_HOOK_FAILED when it throws, SCR_HOOK_RESULT when what it
 * returns is not allowed, a promise included.
 */
export function callSync(tap: GuardedTap, rule: ResultRule, call: () => unknown): unknown {
  let value: unknown;
  try {
    value = call();
  } catch (cause) {
    throw failure(tap, cause);
  }
  // An async handler of a synchronous hook: its rejection must not end the process.
  attempt(() => isThenable(value) && value.then(undefined, () => undefined), undefined);
  return checked(tap, rule, value);
}

/**
 * Calls a handler that may be asynchronous, for at most the tap's time limit. What a handler answers at once is returned at
 * once: a promise costs more than most handlers do. @throws ScrError SCR_HOOK_FAILED, SCR_HOOK_RESULT, SCR_HOOK_TIMEOUT;
 * a promise rejects with them.
 * @param late is given what the handler returns after its time was up, to undo it.
 */
export function callMaybeAsync(
  tap: GuardedTap,
  rule: ResultRule,
  clock: Clock,
  call: () => unknown,
  late?: (value: unknown, plugin: string) => unknown,
): MaybePromise<unknown> {
  let value: unknown;
  try {
    value = call();
    if (isThenable(value)) value = withinLimit(tap, clock, value, late);
  } catch (cause) {
    throw failure(tap, cause);
  }
  return whenKnown(value, (known) => checked(tap, rule, known));
}

function withinLimit(
  tap: GuardedTap,
  clock: Clock,
  pending: PromiseLike<unknown>,
  late?: (value: unknown, plugin: string) => unknown,
): Promise<unknown> {
  return new Promise((resolve, reject: (reason: ScrError) => void) => {
    let open = true;
    const timer = clock.after(tap.timeLimit, () => {
      open = false;
      const detail = `${tap.plugin}, ${tap.hook}: no answer in ${tap.timeLimit} ms`;
      reject(new ScrError(errors.SCR_HOOK_TIMEOUT, detail, { plugin: tap.plugin, hook: tap.hook }));
    });
    // What is no true promise may throw when it is asked.
    Promise.resolve(pending).then(
      (value) => {
        timer.cancel();
        if (open) resolve(value);
        else attempt(() => late?.(value, tap.plugin), undefined); // its time-out was told
      },
      (cause: unknown) => {
        timer.cancel();
        reject(failure(tap, cause));
      },
    );
  });
}
