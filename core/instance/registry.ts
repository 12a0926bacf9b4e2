import { ScrError, errors } from '../contract/errors.js';
import type { Names } from './context.js';
import type { Instance } from './instance.js';

/** Every instance that the controller knows, by its magic, and the names in use. */
export class Registry implements Names {
  readonly #byMagic = new Map<string, Instance>();
  readonly #names = new Set<string>();

  /** All that are known, pending ones included. */
  all(): IterableIterator<Instance> {
    return this.#byMagic.values();
  }

  withMagic(magic: Buffer): Instance | undefined {
    return this.#byMagic.get(keyOf(magic));
  }

  add(instance: Instance): void {
    this.#byMagic.set(keyOf(instance.magic), instance);
  }

  /** Another one with its magic stays. */
  remove(instance: Pick<Instance, 'magic'>): void {
    const key = keyOf(instance.magic);
    if (this.#byMagic.get(key) === instance) this.#byMagic.delete(key);
  }

  take(name: string): () => void {
    if (this.#names.has(name)) throw new ScrError(errors.SCR_NAME_TAKEN, name);
    this.#names.add(name);
    return () => void this.#names.delete(name);
  }
}

function keyOf(magic: Buffer): string {
  return magic.toString('latin1');
}
