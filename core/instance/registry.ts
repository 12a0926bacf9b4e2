import { Crowd } from '../contract/crowd.js';
import { ScrError, endingOf, errors } from '../contract/errors.js';
import type { Limits } from '../contract/limits.js';
import type { Known, Names } from './context.js';
import type { Instance } from './instance.js';

/** Every instance that the controller knows, by its magic and by where it comes from, and the names in use. */
export class Registry implements Names {
  readonly #limits: Pick<Limits, 'instances' | 'addressInstances'>;
  readonly #byMagic = new Map<string, Instance>();
  readonly #names = new Set<string>();
  readonly #all = new Crowd<Known>();
  /** Zombies that make place for new instances. */
  readonly #expendable = new Crowd<Known>();

  constructor(limits: Pick<Limits, 'instances' | 'addressInstances'>) {
    this.#limits = limits;
  }

  /** All that are known, pending ones included. */
  all(): IterableIterator<Instance> {
    return this.#byMagic.values();
  }

  withMagic(magic: Buffer): Instance | undefined {
    return this.#byMagic.get(keyOf(magic));
  }

  add(instance: Instance): void {
    this.#byMagic.set(keyOf(instance.magic), instance);
    this.place(instance);
  }

  /** Another one with its magic stays. */
  remove(instance: Known): void {
    const key = keyOf(instance.magic);
    if (this.#byMagic.get(key) !== instance) return;
    this.#byMagic.delete(key);
    this.#all.delete(instance);
    this.#expendable.delete(instance);
  }

  place(instance: Known): void {
    if (this.#byMagic.get(keyOf(instance.magic)) !== instance) return;
    const { network } = instance.origin;
    this.#all.add(instance, network);
    if (instance.isExpendable) this.#expendable.add(instance, network);
    else this.#expendable.delete(instance);
  }

  /** A new instance wants to come. @throws ScrError SCR_INSTANCE_CROWD where there are too many, and none would make place */
  assertRoom(network: string): void {
    const isFull = this.#all.size - this.#expendable.size >= this.#limits.instances;
    const own = this.#all.from(network) - this.#expendable.from(network);
    if (isFull || own >= this.#limits.addressInstances) throw new ScrError(errors.SCR_INSTANCE_CROWD, network);
  }

  /** A new instance that is here already may stay: others make place. @throws ScrError SCR_INSTANCE_CROWD where none would */
  makeRoom(network: string): void {
    while (this.#all.from(network) > this.#limits.addressInstances) this.#evict(network, network);
    while (this.#all.size > this.#limits.instances) this.#evict(network, this.#expendable.crowded);
  }

  #evict(network: string, from: string | undefined): void {
    const evicted = from === undefined ? undefined : this.#expendable.oldest(from);
    if (evicted === undefined) throw new ScrError(errors.SCR_INSTANCE_CROWD, network);
    evicted.expire(endingOf(errors.SCR_INSTANCE_EVICTED));
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
