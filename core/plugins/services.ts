import { ScrError, errors, reasonOf } from '../contract/errors.js';
import { callListener } from '../contract/listeners.js';
import { type Logger, errorFields } from '../contract/logger.js';
import type { Service } from '../contract/plugin.js';

interface Listener {
  readonly plugin: string;
  readonly call: () => void;
}

/** What plugins offer each other. */
export class Services {
  readonly #offered = new Map<string, unknown>();
  readonly #needed = new Map<string, { readonly plugin: string; readonly service: string }>();
  readonly #listeners = new Map<string, Listener[]>();
  readonly #due = new Set<string>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @throws ScrError SCR_SERVICE_TWICE */
  provide(plugin: string, { name }: Service<unknown>, implementation: unknown): void {
    if (this.#offered.has(name)) throw new ScrError(errors.SCR_SERVICE_TWICE, name, { plugin });
    this.#offered.set(name, implementation);
  }

  use<T>({ name }: Service<T>): T | undefined {
    return this.#offered.get(name) as T | undefined;
  }

  need<T>(plugin: string, service: Service<T>): () => T {
    this.#needed.set(`${plugin} ${service.name}`, { plugin, service: service.name });
    return () => {
      const offered = this.use(service);
      if (offered === undefined) throw missing(plugin, service.name);
      return offered;
    };
  }

  watch(plugin: string, { name }: Service<unknown>, call: () => void): void {
    if (typeof call !== 'function') throw new TypeError(`the listener of the service ${name} is not a function`);
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), { plugin, call }]);
  }

  /** What is needed and nobody offers, once all are set up. */
  missing(): ScrError[] {
    const lacking = [...this.#needed.values()].filter(({ service }) => !this.#offered.has(service));
    return lacking.map(({ plugin, service }) => missing(plugin, service));
  }

  /** Several changes at once are told once, when whoever makes them is done. */
  notify({ name }: Service<unknown>): void {
    if (this.#due.size === 0) queueMicrotask(() => this.#tell());
    this.#due.add(name);
  }

  #tell(): void {
    const due = [...this.#due];
    this.#due.clear();
    for (const name of due) for (const listener of this.#listeners.get(name) ?? []) this.#call(listener, name);
  }

  #call({ plugin, call }: Listener, name: string): void {
    callListener(call, (cause) => {
      const failure = new ScrError(errors.SCR_LISTENER_FAILED, `${plugin}, service ${name}`, { cause, plugin });
      this.#log.error({ event: 'listener.failed', ...errorFields(failure) }, reasonOf(failure));
    });
  }
}

function missing(plugin: string, service: string): ScrError {
  return new ScrError(errors.SCR_SERVICE_MISSING, service, { plugin });
}
