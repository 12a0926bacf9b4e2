/** Whether it is to be waited for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Calls what a plugin registered. @param failed is told when it throws, or rejects later: nobody else must suffer */
export function callListener(listener: () => unknown, failed: (cause: unknown) => void): void {
  try {
    const result = listener();
    if (isThenable(result)) result.then(undefined, failed);
  } catch (cause) {
    failed(cause);
  }
}
