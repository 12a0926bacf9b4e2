import type { EventReport } from './reports.js';
import { codeLink } from './codes.js';
import { byId, make, setText } from './dom.js';
import { inUtc, roughly } from './times.js';

/** So many are shown. */
const MOST = 200;

/** An entry of the list. */
interface Entry {
  readonly at: number;
  readonly element: HTMLElement;
  readonly time: HTMLElement;
}

const words = new Map([
  ['vp.connected', 'connected'],
  ['vp.resumed', 'came back'],
  ['vp.away', 'away'],
  ['vp.lost', 'lost'],
  ['connection.refused', 'connection refused'],
  ['client.refused', 'client refused'],
  ['reload', 'reload'],
  ['reload.failed', 'reload failed'],
]);

/** What happened last, the latest first. */
export class Happened {
  readonly #list = byId('happened', HTMLElement);
  readonly #open: (key: string) => void;
  #entries: Entry[] = [];

  /** @param open all that is known of a VP is to be shown */
  constructor(open: (key: string) => void) {
    this.#open = open;
  }

  all(events: readonly EventReport[]): void {
    for (const { element } of this.#entries.splice(0)) element.remove();
    this.add(events);
  }

  add(events: readonly EventReport[]): void {
    const fresh = events.slice(-MOST).reverse();
    const entries = fresh.map((event) => this.#entry(event));
    this.#list.prepend(...entries.map(({ element }) => element));
    this.#entries.unshift(...entries);
    for (const { element } of this.#entries.splice(MOST)) element.remove();
  }

  #entry({ at, kind, vp, code, text, count }: EventReport): Entry {
    const time = make('time', { datetime: at, title: inUtc(Date.parse(at)) });
    const what = make('span', {}, words.get(kind) ?? kind);
    const element = make('li', {}, time, ...(vp === undefined ? [] : [this.#name(vp)]), what);
    if (code !== undefined) element.append(codeLink(code));
    if (kind !== 'vp.connected' && kind !== 'vp.resumed') element.append(make('span', {}, text));
    if (count !== undefined) element.append(make('span', {}, `${count} times`));
    return { at: Date.parse(at), element, time };
  }

  #name(vp: string): HTMLElement {
    const button = make('button', { type: 'button', class: 'name' }, vp);
    button.addEventListener('click', () => this.#open(vp));
    return button;
  }

  paint(now: number): void {
    for (const { at, time } of this.#entries) setText(time, `${roughly(now - at)} ago`);
  }
}
