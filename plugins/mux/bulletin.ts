import type { Directory, Entry } from './directory.js';
import { sinceAttribute } from './wire/attributes.js';
import { HEADER, LONGEST_BEFORE_GO, go, vpAway, vpBack, vpDepart, vpUpdate } from './wire/messages.js';

/** What a client was told of an instance last. */
interface Told {
  readonly entry: Entry;
  /** What stood in its VP_UPDATE; undefined where it was only told that the instance is away. */
  readonly announced: Buffer | undefined;
}

/** Where announcements go. */
interface Outlet {
  readonly isFull: boolean;
  frame(frame: Buffer): void;
}

/**
 * What one client is told of the instances [MUX-1, MUX-2, MUX-6]. Not the announcements wait for a client that does not read,
 * but the numbers of instances of which it has not heard the last: it is told how things are when it gets to it.
 */
export class Bulletin {
  readonly #directory: Directory;
  readonly #out: Outlet;
  readonly #told = new Map<number, Told>();
  /** Those of which there is something to tell. */
  #due: Set<number>;
  /** Those that have to wait until GO; undefined afterwards. */
  #later: Set<number> | undefined = new Set();
  /** The second GO, behind those that are away, was sent. */
  #settled = false;

  constructor(directory: Directory, out: Outlet) {
    this.#directory = directory;
    this.#out = out;
    this.#due = new Set(directory.entries().keys());
  }

  /** Something of the instance has changed: {@link publish} tells what. */
  changed(id: number): void {
    this.#due.add(id);
  }

  /** Tells what there is to tell, as long as the client takes it. */
  publish(): void {
    this.#tellAll();
    if (this.#due.size > 0) return;
    if (this.#later !== undefined) {
      this.#out.frame(go());
      this.#due = this.#later;
      this.#later = undefined;
      this.#tellAll();
    }
    if (this.#settled || this.#due.size > 0) return;
    this.#settled = true;
    this.#out.frame(go());
  }

  #tellAll(): void {
    for (const id of this.#due) {
      if (this.#out.isFull) return;
      this.#due.delete(id);
      if (this.#mayTell(id)) this.#tell(id);
      else this.#later?.add(id);
    }
  }

  /** Before GO a client understands nothing but what can be opened, told for the first time. */
  #mayTell(id: number): boolean {
    if (this.#later === undefined) return true;
    const entry = this.#directory.get(id);
    if (entry === undefined) return !this.#told.has(id);
    const isShort = entry.attributes.length + HEADER <= LONGEST_BEFORE_GO;
    return entry.lost === undefined && isShort && !this.#told.has(id);
  }

  #tell(id: number): void {
    const entry = this.#directory.get(id);
    const before = this.#told.get(id);
    if (entry === before?.entry) return;
    if (entry === undefined) {
      this.#told.delete(id);
      this.#out.frame(vpDepart(id));
    } else this.#told.set(id, { entry, announced: this.#announce(id, entry, before) });
  }

  /** @returns what the client knows of it from VP_UPDATE */
  #announce(id: number, { attributes, lost }: Entry, before: Told | undefined): Buffer | undefined {
    const announced = before?.announced;
    if (lost !== undefined) {
      this.#out.frame(vpAway(id, Buffer.concat([attributes, sinceAttribute(lost)])));
      return announced;
    }
    if (announced === attributes) this.#out.frame(vpBack(id));
    else {
      if (announced !== undefined) this.#out.frame(vpDepart(id));
      this.#out.frame(vpUpdate(id, attributes));
    }
    return attributes;
  }
}
