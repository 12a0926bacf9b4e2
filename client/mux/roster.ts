import type { ClientError } from '../errors.js';
import { type Change, Changes } from './changes.js';
import type { Message } from './messages.js';
import { type VantagePoint, vantagePoint } from './vantage-point.js';

/** What the controller has said of its VPs. */
export class Roster {
  readonly #vps = new Map<number, VantagePoint>();
  readonly #readers = new Set<Changes>();
  #ended = false;
  #failure: ClientError | undefined;

  all(): VantagePoint[] {
    return [...this.#vps.values()];
  }

  get(id: number): VantagePoint | undefined {
    return this.#vps.get(id);
  }

  /** From now on. */
  changes(): AsyncIterableIterator<Change, undefined> {
    const changes = new Changes(() => this.#readers.delete(changes));
    this.#readers.add(changes);
    if (this.#ended) this.end(this.#failure);
    return changes.iterator;
  }

  /** Nothing more will be said. */
  end(failure: ClientError | undefined): void {
    this.#ended = true;
    this.#failure = failure;
    for (const { iterator } of this.#readers) iterator.end(failure);
    this.#readers.clear();
  }

  hear(message: Message): void {
    if (message.type === 'update') this.#set(vantagePoint(message.instance, 'connected', message.attributes));
    else if (message.type === 'away') this.#away(vantagePoint(message.instance, 'away', message.attributes));
    else if (message.type === 'back') this.#back(this.#vps.get(message.instance));
    else if (message.type === 'depart') this.#remove(this.#vps.get(message.instance));
  }

  /** Of one that is known, its time may be all that is said. */
  #away(told: VantagePoint): void {
    const known = this.#vps.get(told.id);
    const bare = known !== undefined && told.address === undefined;
    this.#set(bare ? Object.freeze({ ...known, state: 'away', since: told.since }) : told);
  }

  /** When it came back is not told: it is now. */
  #back(vp: VantagePoint | undefined): void {
    if (vp?.state === 'away') this.#set(Object.freeze({ ...vp, state: 'connected', since: new Date() }));
  }

  #set(vp: VantagePoint): void {
    const type = this.#vps.has(vp.id) ? 'changed' : 'arrived';
    this.#vps.set(vp.id, vp);
    this.#tell({ type, vp });
  }

  #remove(vp: VantagePoint | undefined): void {
    if (vp === undefined) return;
    this.#vps.delete(vp.id);
    this.#tell({ type: 'gone', vp });
  }

  #tell(change: Change): void {
    for (const reader of this.#readers) reader.add(change);
  }
}
