/** Who waits for a signal. */
interface Waiting {
  readonly listeners: Set<() => void>;
  readonly tellAll: () => void;
}

const waitingFor = new WeakMap<AbortSignal, Waiting>();

/**
 * Calls `listener` when the signal aborts. However many wait for one signal, it has one listener of this library: of more
 * than ten Node says that memory leaks. @returns what ends that
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const { listeners, tellAll } = waitingFor.get(signal) ?? waitFor(signal);
  listeners.add(listener);
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    signal.removeEventListener('abort', tellAll);
    waitingFor.delete(signal);
  };
}

function waitFor(signal: AbortSignal): Waiting {
  const listeners = new Set<() => void>();
  const tellAll = (): void => {
    for (const listener of listeners) listener();
  };
  const waiting = { listeners, tellAll };
  waitingFor.set(signal, waiting);
  signal.addEventListener('abort', tellAll);
  return waiting;
}
