import type { Change, InstanceView, Metadata } from '../../plugin-sdk/index.js';
import { attributesOf } from './wire/attributes.js';

/** An instance as it is to be announced. A new one is made for each change. */
export interface Entry {
  readonly instance: InstanceView;
  readonly attributes: Buffer;
  /** When its connection was lost; undefined while it is connected. */
  readonly lost: Date | undefined;
}

/** Every instance that is connected or kept, with what is said of it. */
export class Directory {
  readonly #entries = new Map<number, Entry>();
  readonly #listeners = new Set<(id: number) => void>();
  #metadata: Metadata | undefined;

  get(id: number): Entry | undefined {
    return this.#entries.get(id);
  }

  entries(): ReadonlyMap<number, Entry> {
    return this.#entries;
  }

  /** Calls `listener` with the number of each instance of which something changes. @returns what ends that */
  watch(listener: (id: number) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** An instance came to another state; one that is connected has said who it is. */
  changed({ instance, to, at }: Change): void {
    const { id } = instance;
    if (to === 'pending') return;
    if (to === 'gone') {
      if (this.#entries.delete(id)) this.#tell(id);
    } else if (to === 'connected') this.#put(instance, undefined);
    else this.#put(instance, this.#entries.get(id)?.lost ?? at);
  }

  #put(instance: InstanceView, lost: Date | undefined): void {
    const { id, monitorName } = instance;
    const before = this.#entries.get(id);
    const fresh = attributesOf(instance, this.#metadata?.of(monitorName));
    // The same object for the same facts: so those who were told them know.
    const attributes = before?.attributes.equals(fresh) === true ? before.attributes : fresh;
    if (attributes === before?.attributes && before.lost === lost) return;
    this.#entries.set(id, { instance, attributes, lost });
    this.#tell(id);
  }

  #tell(id: number): void {
    for (const listener of this.#listeners) listener(id);
  }

  /** What is known of VPs is this from now on, or has changed. */
  describe(known: Metadata | undefined): void {
    this.#metadata = known;
    for (const { instance, lost } of [...this.#entries.values()]) this.#put(instance, lost);
  }
}
