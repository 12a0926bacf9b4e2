import type { Change, InstanceView, VpState } from '../../../plugin-sdk/index.js';
import { type Reason, type Vp, turned, unseen } from './vp.js';

/** So many are remembered that are not there; past that the one that is lost for longest is forgotten. */
const MOST_ABSENT = 10_000;

/** What a VP is known by: never its address. */
export function keyOf({ monitorName, session }: Pick<InstanceView, 'monitorName' | 'session'>): string {
  return monitorName ?? session;
}

/** Every VP that is there, was there, or is named in the metadata. */
export class Roll {
  readonly #vps = new Map<string, Vp>();
  /** Those that are lost, in the order in which they were. */
  readonly #lost = new Set<string>();
  /** More than one where a VP was started again, or where two were given one name. */
  readonly #instances = new Map<string, Set<InstanceView>>();
  #named: ReadonlySet<string> = new Set();

  get size(): number {
    return this.#vps.size;
  }

  all(): IterableIterator<Vp> {
    return this.#vps.values();
  }

  get(key: string): Vp | undefined {
    return this.#vps.get(key);
  }

  /** Its instances: the connected one first, the latest first. */
  instancesOf(key: string): readonly InstanceView[] {
    const all = [...(this.#instances.get(key) ?? [])].reverse();
    return all.sort((a, b) => Number(b.state === 'connected') - Number(a.state === 'connected'));
  }

  /** An instance came to another state. @returns the VP, where it did too */
  changed({ instance, from, to, why, at }: Change): Vp | undefined {
    if (to === 'pending' || (from === 'pending' && to === 'gone')) return undefined;
    const key = keyOf(instance);
    this.#follow(key, instance, to);
    if (from === 'connected' && to === 'zombie') return undefined; // whether it is kept is decided next, and told
    const before = this.#vps.get(key) ?? unseen(key, instance.monitorName);
    const state = stateOf(this.#instances.get(key));
    const again = to === 'connected' && from !== 'connected';
    if (state === before.state && !again) return undefined;
    const reason = why === undefined ? undefined : { code: why.code, text: why.reason };
    return this.#put(turned(before, state, at.getTime(), state === 'connected' ? undefined : reason));
  }

  #follow(key: string, instance: InstanceView, to: Change['to']): void {
    const instances = this.#instances.get(key) ?? new Set();
    if (to === 'gone') instances.delete(instance);
    else instances.add(instance);
    if (instances.size === 0) this.#instances.delete(key);
    else this.#instances.set(key, instances);
  }

  /** As a file tells it; what was there then is lost now, since nobody knows better. */
  recall(vp: Vp, now: number, why: Reason): void {
    this.#put(vp.state === 'connected' || vp.state === 'away' ? turned(vp, 'lost', now, why) : vp);
  }

  /** The metadata name these. @returns keys of those that are told of from now on, or not any more */
  name(names: Iterable<string>): readonly string[] {
    const before = this.#named;
    this.#named = new Set(names);
    const fresh = [...this.#named].filter((name) => !this.#vps.has(name));
    for (const name of fresh) this.#put(unseen(name, name));
    const dropped = [...before].filter((name) => !this.#named.has(name) && this.#vps.get(name)?.state === 'never');
    for (const name of dropped) this.#vps.delete(name);
    return [...fresh, ...dropped];
  }

  /** @returns whether there was one to forget: one that is there is not, and one that the metadata name is as if never seen */
  forget(key: string): boolean {
    const vp = this.#vps.get(key);
    if (vp === undefined || this.#instances.has(key)) return false;
    this.#vps.delete(key);
    this.#lost.delete(key);
    if (this.#named.has(key)) this.#put(unseen(key, vp.monitorName));
    return vp.state !== 'never' || !this.#named.has(key);
  }

  /** Forgets those that were lost before then. @returns their keys */
  prune(before: number): readonly string[] {
    const old = [...this.#lost].filter((key) => (this.#vps.get(key)?.since ?? 0) < before);
    for (const key of old) this.forget(key);
    return old;
  }

  #put(vp: Vp): Vp {
    this.#vps.set(vp.key, vp);
    this.#lost.delete(vp.key);
    if (vp.state === 'lost') this.#lost.add(vp.key);
    const [oldest] = this.#lost;
    if (this.#lost.size > MOST_ABSENT && oldest !== undefined) this.forget(oldest);
    return vp;
  }
}

function stateOf(instances: ReadonlySet<InstanceView> = new Set()): VpState {
  if (instances.size === 0) return 'lost';
  return [...instances].some(({ state }) => state === 'connected') ? 'connected' : 'away';
}
