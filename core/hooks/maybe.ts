/** What is there at once, or promised. Most handlers answer at once, and a promise for each would cost more than they do. */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value; at once where it is there at once. */
export function whenKnown<T, R>(value: MaybePromise<T>, next: (value: T) => R): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/**
 * What `begin` tells its callback, once; at once where it tells it at once.
 * @throws the failure that it tells; a promise rejects with it
 */
export function outcomeOf<T>(begin: (done: (failure: unknown, value: T) => void) => void): MaybePromise<T> {
  const early: (() => T)[] = [];
  let tell = (read: () => T): void => void early.push(read);
  begin((failure, value) => tell(() => valueUnless(failure, value)));
  const [read] = early;
  if (read !== undefined) return read();
  return new Promise<() => T>((resolve) => (tell = resolve)).then((late) => late());
}

function valueUnless<T>(failure: unknown, value: T): T {
  if (failure instanceof Error) throw failure;
  return value;
}
