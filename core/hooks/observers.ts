import { ScrError, errors, reasonOf } from '../contract/errors.js';
import { callListener } from '../contract/listeners.js';
import { type Logger, errorFields } from '../contract/logger.js';
import type { Observations } from '../contract/observations.js';

type Kind = keyof Observations;

interface Observer {
  readonly plugin: string;
  see(seen: unknown): unknown;
}

/**
 * Who is told of what has happened. Observers are called in a microtask, when what they see is over, in its order. So they
 * can neither delay it nor harm it.
 */
export class Observers {
  readonly #observers = new Map<Kind, Set<Observer>>();
  readonly #log: Logger;
  #waiting: (() => void)[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @returns what ends it */
  add<K extends Kind>(plugin: string, kind: K, see: (seen: Observations[K]) => void): () => void {
    if (!kinds.includes(kind))
      throw new TypeError(`there is nothing to observe called ${kind}; known are ${kinds.join(', ')}`);
    if (typeof see !== 'function') throw new TypeError(`the observer of ${kind} is not a function`);
    const all = this.#observers.get(kind) ?? new Set<Observer>();
    this.#observers.set(kind, all);
    const observer: Observer = { plugin, see: (seen) => see(seen as Observations[K]) };
    all.add(observer);
    return () => void all.delete(observer);
  }

  tell<K extends Kind>(kind: K, seen: Observations[K]): void {
    const all = this.#observers.get(kind);
    // Stryker disable next-line ConditionalExpression: it saves a microtask
    if (all === undefined || all.size === 0) return;
    // Stryker disable next-line ConditionalExpression: it saves a microtask
    if (this.#waiting.length === 0) queueMicrotask(() => this.#run());
    this.#waiting.push(() => all.forEach((observer) => this.#call(observer, kind, seen)));
  }

  #run(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const tell of waiting) tell();
  }

  #call(observer: Observer, kind: Kind, seen: unknown): void {
    callListener(
      () => observer.see(seen),
      (cause) => this.#failed(observer.plugin, kind, cause),
    );
  }

  #failed(plugin: string, kind: Kind, cause: unknown): void {
    const failure = new ScrError(errors.SCR_LISTENER_FAILED, `${plugin}, ${kind}`, { cause, plugin });
    this.#log.error({ event: 'listener.failed', ...errorFields(failure) }, reasonOf(failure));
  }
}

/** Typed so that none can be missing. */
const known: Readonly<Record<Kind, true>> = {
  refused: true,
  changed: true,
  attached: true,
  clientRefused: true,
  gone: true,
  reloaded: true,
};
const kinds: readonly string[] = Object.keys(known);
