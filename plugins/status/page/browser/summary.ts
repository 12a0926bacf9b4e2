import type { StatusReport, VpState } from './reports.js';
import { byId, make, setAttribute, setText } from './dom.js';
import { shape } from './shapes.js';
import { sizeOf } from './sizes.js';
import { inUtc, roughly } from './times.js';

/** Below so many days a certificate is shown as bad. */
const SOON = 14;
/** From left to right. */
const counted: readonly VpState[] = ['connected', 'away', 'lost', 'never'];
/** What is read aloud is said so often at most, in milliseconds. */
const SAID_EVERY = 10_000;

/** A figure of the top line. */
interface Figure {
  readonly text: string;
  readonly more?: string;
  readonly isBad?: boolean;
}

type Figures = Readonly<Record<string, (status: StatusReport, now: number) => Figure | undefined>>;

const figures: Figures = {
  Controller: ({ readiness: { ready, reason = '' } }) => ({
    text: ready ? 'ready' : `not ready: ${reason}`,
    isBad: !ready,
  }),
  Clients: ({ clients }) => ({ text: String(clients) }),
  Traffic: ({ rate }) => ({ text: rate < 1e5 ? `${sizeOf(rate)}/s` : `${(rate / 1e6).toFixed(1)} MB/s` }),
  Certificate: certificate,
  'Last reload': reload,
  'Up for': ({ startedAt }, now) => ({
    text: roughly(now - Date.parse(startedAt)),
    more: inUtc(Date.parse(startedAt)),
  }),
};

/** The one that ends first. */
function certificate({ certificates }: StatusReport): Figure | undefined {
  const [first] = [...certificates].sort((a, b) => a.daysLeft - b.daysLeft);
  if (first === undefined) return undefined;
  const { daysLeft, file, notAfter } = first;
  const text = daysLeft < 0 ? 'has ended' : `${daysLeft} days left`;
  return { text, more: `${file}: ${inUtc(Date.parse(notAfter))}`, isBad: daysLeft < SOON };
}

function reload({ reload: last }: StatusReport, now: number): Figure {
  if (last === undefined) return { text: 'none' };
  const at = Date.parse(last.at);
  return {
    text: `${roughly(now - at)} ago${last.successful ? '' : ', failed'}`,
    more: inUtc(at),
    isBad: !last.successful,
  };
}

/** The top line: how the fleet is, in numbers. Each number by state is a button that filters. */
export class Summary {
  readonly #buttons = new Map<VpState, { readonly button: HTMLElement; readonly number: HTMLElement }>();
  readonly #figures = new Map<string, { readonly all: HTMLElement; readonly text: HTMLElement }>();
  readonly #said = byId('said', HTMLElement);
  readonly #version = byId('version', HTMLElement);
  #saidAt = -Infinity;

  /** @param filter the VPs in this state are meant, or all again */
  constructor(filter: (text: string) => void) {
    for (const state of counted) {
      const { picture, show } = shape();
      show(state);
      const number = make('b');
      const button = make('button', { type: 'button', class: state, 'aria-pressed': 'false' }, picture, number, state);
      button.addEventListener('click', () => filter(isPressed(button) ? '' : filterFor(state)));
      this.#buttons.set(state, { button, number });
      byId('counts', HTMLElement).append(button);
    }
    for (const title of Object.keys(figures)) {
      const text = make('dd');
      const all = make('div', {}, make('dt', {}, title), text);
      this.#figures.set(title, { all, text });
      byId('figures', HTMLElement).append(all);
    }
  }

  show(status: StatusReport, filter: string, now: number): void {
    setText(this.#version, status.version ?? '');
    for (const [state, { button, number }] of this.#buttons) {
      setText(number, String(status.vps[state]));
      setAttribute(button, 'aria-pressed', String(filter.trim() === filterFor(state)));
    }
    for (const [title, figure] of Object.entries(figures)) this.#show(title, figure(status, now));
    this.#say(status, now);
  }

  #show(title: string, figure: Figure | undefined): void {
    const shown = this.#figures.get(title);
    if (shown === undefined) return;
    shown.all.toggleAttribute('hidden', figure === undefined);
    setText(shown.text, figure?.text ?? '');
    setAttribute(shown.text, 'title', figure?.more ?? '');
    shown.text.classList.toggle('bad', figure?.isBad === true);
  }

  #say({ vps }: StatusReport, now: number): void {
    if (now - this.#saidAt < SAID_EVERY) return;
    const text = [...this.#buttons.keys()].map((state) => `${vps[state]} ${state}`).join(', ');
    if (text === this.#said.textContent) return;
    this.#saidAt = now;
    setText(this.#said, text);
  }
}

function filterFor(state: VpState): string {
  return `state=${state}`;
}

function isPressed(button: Element): boolean {
  return button.getAttribute('aria-pressed') === 'true';
}
