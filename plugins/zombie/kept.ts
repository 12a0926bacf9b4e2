import { Crowd, type InstanceView, type Prefixes, networkOf } from '../../plugin-sdk/index.js';

/** How many are kept: of one address, and in all. */
export interface Bounds {
  readonly mostPerAddress: number;
  readonly most: number;
}

/** Somebody waits for it, or knows who it is. */
function isNeeded(instance: InstanceView): boolean {
  return instance.tls?.authorized === true || instance.channels().length > 0;
}

/** The zombies, and which of them goes where there are too many. */
export class Kept {
  readonly #prefixes: Prefixes;
  readonly #needed = new Crowd<InstanceView>();
  readonly #others = new Crowd<InstanceView>();

  constructor(prefixes: Prefixes) {
    this.#prefixes = prefixes;
  }

  get size(): number {
    return this.#needed.size + this.#others.size;
  }

  add(instance: InstanceView): void {
    const crowd = isNeeded(instance) ? this.#needed : this.#others;
    crowd.add(instance, this.#networkOf(instance));
  }

  delete(instance: InstanceView): boolean {
    return this.#needed.delete(instance) || this.#others.delete(instance);
  }

  /** A client of it has left. */
  left(instance: InstanceView): void {
    if (!isNeeded(instance) && this.#needed.delete(instance)) this.add(instance);
  }

  /**
   * The one that goes where the newcomer is one too many, and is not counted any more; it may be the newcomer. Those that are needed
   * go last. Undefined where there is room.
   */
  evict(newcomer: InstanceView, { mostPerAddress, most }: Bounds): InstanceView | undefined {
    const network = this.#networkOf(newcomer);
    const own = this.#needed.from(network) + this.#others.from(network);
    const evicted = own > mostPerAddress ? this.#least(network) : this.size > most ? this.#least() : undefined;
    if (evicted !== undefined) this.delete(evicted);
    return evicted;
  }

  /** The oldest of a network, or of the most crowded one. */
  #least(network?: string): InstanceView | undefined {
    const oldest = (crowd: Crowd<InstanceView>): InstanceView | undefined => crowd.oldest(network ?? crowd.crowded);
    return oldest(this.#others) ?? oldest(this.#needed);
  }

  #networkOf({ peer }: InstanceView): string {
    return networkOf(peer, this.#prefixes);
  }
}
