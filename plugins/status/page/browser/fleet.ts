import { type Selectable, type Selector, selector } from '../../../../client/select.js';
import type { StreamedAll, StreamedChanges, VpReport } from './reports.js';
import { compare } from './order.js';

/** All VPs as they were told last, and which of them are meant. */
export class Fleet {
  #vps = new Map<string, VpReport>();
  /** They are in the order of their names. */
  #isOrdered = true;
  #fits: Selector = selector('all');

  /** Forgets what it knew: all is told anew. */
  all({ vps }: Pick<StreamedAll, 'vps'>): void {
    this.#vps.clear();
    this.#put(vps);
  }

  changes({ vps, gone }: Pick<StreamedChanges, 'vps' | 'gone'>): void {
    this.#put(vps);
    for (const key of gone) this.#vps.delete(key);
  }

  #put(vps: readonly VpReport[]): void {
    const before = this.#vps.size;
    for (const vp of vps) this.#vps.set(vp.vp, vp);
    if (this.#vps.size > before) this.#isOrdered = false;
  }

  get(key: string): VpReport | undefined {
    return this.#vps.get(key);
  }

  get size(): number {
    return this.#vps.size;
  }

  /** @throws ClientError SCR_SELECTOR; the filter stays as it was */
  filter(text: string): void {
    this.#fits = selector(text.trim() === '' ? 'all' : text);
  }

  /** Those that are meant, in the order of their names. */
  meant(): readonly VpReport[] {
    if (!this.#isOrdered) this.#vps = new Map([...this.#vps].sort(([a], [b]) => compare(a, b)));
    this.#isOrdered = true;
    return [...this.#vps.values()].filter((vp) => this.#fits(selectable(vp)));
  }
}

/** As `run` and `ls` know it. */
function selectable({ vp, state, instance, metadata }: VpReport): Selectable {
  const { asn4, asn6, cc, st, place, shortname, iata, tags = [] } = metadata ?? {};
  return { name: vp, state, address: hostOf(instance?.address), asn4, asn6, cc, st, place, shortname, iata, tags };
}

/** Of `192.0.2.1:40000`, or `2001:db8::1.40000`, without the port. */
function hostOf(address = ''): string | undefined {
  const [, ipv4, ipv6] = /^(?:([\d.]+):\d+|([\da-f]*:[\da-f:.]*)\.\d+)$/i.exec(address) ?? [];
  return ipv4 ?? ipv6;
}
