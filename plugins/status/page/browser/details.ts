import type { VpReport } from './reports.js';
import { codeLink } from './codes.js';
import { asnOf, placeOf } from './columns.js';
import { byId, make, setText } from './dom.js';
import { shape } from './shapes.js';
import { sizeOf } from './sizes.js';
import { Strip } from './strip.js';
import { inUtc, roughly } from './times.js';

type Shown = string | Node | undefined;

/** All that is known of one VP, in a dialog. */
export class Details {
  readonly #dialog = byId('details', HTMLDialogElement);
  readonly #name = byId('details-name', HTMLElement);
  readonly #body = byId('details-body', HTMLElement);
  #key: string | undefined;
  #shown: string | undefined;

  constructor() {
    this.#dialog.addEventListener('close', () => (this.#key = this.#shown = undefined));
  }

  open(key: string): void {
    this.#key = key;
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** Shows it as it is now. @param find what is known of a VP */
  paint(find: (key: string) => VpReport | undefined, now: number): void {
    if (this.#key === undefined) return;
    const vp = find(this.#key);
    const facts = vp === undefined ? [] : factsOf(vp, now);
    const shown = JSON.stringify([vp, facts]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    setText(this.#name, this.#key);
    this.#body.replaceChildren(...(vp === undefined ? ['Nothing is known of it any more.'] : bodyOf(vp, facts, now)));
  }
}

type Fact = readonly [title: string, value: string];

function bodyOf(vp: VpReport, facts: readonly Fact[], now: number): Node[] {
  const strip = new Strip();
  strip.show(vp, now);
  const { picture, show } = shape();
  show(vp.state);
  const list = make('dl');
  const add = (title: string, value: Shown): void => {
    if (value !== undefined && value !== '') list.append(make('dt', {}, title), make('dd', {}, value));
  };
  add('State', make('span', {}, picture, ` ${vp.state}`));
  add('Last reason', reasonOf(vp));
  for (const [title, value] of facts) add(title, value);
  const history = make(
    'ol',
    {},
    ...[...vp.turns].reverse().map(([at, state]) => make('li', {}, `${state}, ${moment(at, now)}`)),
  );
  return [strip.picture, list, make('h3', {}, 'The last 24 hours'), history];
}

function reasonOf({ reason }: VpReport): Node | undefined {
  return reason === undefined ? undefined : make('span', {}, codeLink(reason.code), `: ${reason.text}`);
}

function factsOf(vp: VpReport, now: number): readonly Fact[] {
  const { since, firstSeen, lastSeen, state, reconnects, reconnects24h, metadata } = vp;
  const time = (text: string | undefined): string => (text === undefined ? '' : moment(Date.parse(text), now));
  const { latitude, longitude, shortname = '', iata = '', tags = [] } = metadata ?? {};
  return [
    ['Since', time(since)],
    ['First seen', time(firstSeen)],
    ['Last seen', state === 'connected' ? 'now' : time(lastSeen)],
    ['Came back', `${reconnects24h} times in 24 hours, ${reconnects} times in all`],
    ...instanceFacts(vp, time),
    ['Place', placeOf(vp)],
    ['Position', latitude === undefined || longitude === undefined ? '' : `${latitude}, ${longitude}`],
    ['ASN', asnOf(vp)],
    ['Short name', shortname],
    ['IATA', iata],
    ['Tags', tags.join(', ')],
  ];
}

function instanceFacts({ instance }: VpReport, time: (text: string | undefined) => string): readonly Fact[] {
  if (instance === undefined) return [];
  const { address, transport, certificate = [], keptUntil, name, clients, roundTrip, resumes, held } = instance;
  return [
    ['Kept until', keptUntil === undefined ? '' : time(keptUntil)],
    ['Address', `${address} over ${transport}`],
    ['Certificate', certificate.join(', ')],
    ['Socket', name],
    ['Clients', String(clients)],
    ['Round trip', roundTrip === undefined ? '' : `${roundTrip} ms`],
    ['Traffic', `${sizeOf(instance.bytesFromInstance)} from it, ${sizeOf(instance.bytesToInstance)} to it`],
    ['Waits for it', held === 0 ? '' : sizeOf(held)],
    ['Resumes', String(resumes)],
  ];
}

function moment(at: number, now: number): string {
  return at > now ? `${inUtc(at)}, in ${roughly(at - now)}` : `${inUtc(at)}, ${roughly(now - at)} ago`;
}
