/** How long what is waited for may take unless a test says otherwise, in milliseconds. */
export const PATIENCE = 5_000;

// As they are when the kit is loaded: a runner's fake timers must not hold a failing test up.
const { setTimeout, clearTimeout } = globalThis;

/** What ends a wait. */
export interface Wait<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (why: Error) => void;
}

/**
 * Waits, for so many milliseconds of the real clock. Keeps the process alive meanwhile: a runner would else end the whole file
 * without a word of what was missing. Rejects with what `missing` says then.
 * @param begin takes note of who waits; returns what forgets it again
 */
export function patiently<T>(limit: number, missing: () => string, begin: (wait: Wait<T>) => () => void): Promise<T> {
  const late = new Error(); // made here: its stack leads to who waits
  return new Promise((resolve, reject: (why: Error) => void) => {
    const timer = setTimeout(() => {
      forget();
      reject(saying(late, `${missing()} (waited for ${limit / 1000} s)`));
    }, limit);
    const end = <A>(settle: (how: A) => void) => {
      return (how: A): void => {
        clearTimeout(timer);
        settle(how);
      };
    };
    const forget = begin({ resolve: end(resolve), reject: end(reject) });
  });
}

function saying(error: Error, message: string): Error {
  error.message = message;
  if (error.stack !== undefined) error.stack = error.stack.replace(/^Error/, () => `Error: ${message}`);
  return error;
}
