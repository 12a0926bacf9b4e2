import { ClientError } from '../../../../client/errors.js';
import type { StatusReport, StreamedAll, StreamedChanges, VpReport } from './reports.js';
import { Details } from './details.js';
import { byId, setText } from './dom.js';
import { Fleet } from './fleet.js';
import { Happened } from './happened.js';
import { WorldMap } from './map.js';
import { Stream } from './stream.js';
import { Summary } from './summary.js';
import { Table } from './table.js';
import { inUtc, roughly } from './times.js';

const CONNECTED = 'connected to the controller';

/** The page: takes what is told, and shows it once a frame. */
class Page {
  readonly #fleet = new Fleet();
  readonly #details = new Details();
  readonly #open = (key: string): void => {
    this.#details.open(key);
    this.#wantFrame();
  };
  readonly #map = new WorldMap(this.#open);
  readonly #happened = new Happened(this.#open);
  readonly #table = new Table({ open: this.#open, stale: () => this.#wantFrame() });
  readonly #summary = new Summary((text) => this.#filterBy(text));
  readonly #filter = byId('filter', HTMLInputElement);
  readonly #shown = byId('shown', HTMLElement);
  readonly #fault = byId('fault', HTMLElement);
  readonly #connection = byId('connection', HTMLElement);
  readonly #cut = byId('cut', HTMLElement);
  #status: StatusReport | undefined;
  #cutSince: number | undefined;
  /** How far the controller's clock is ahead of ours, in milliseconds. */
  #ahead = 0;
  #frame: number | undefined;
  /** The VPs, or which of them are meant, changed. */
  #isFresh = false;

  constructor() {
    setText(this.#connection, 'connecting…');
    this.#filter.addEventListener('input', () => this.#filterChanged());
    document.addEventListener('keydown', (event) => this.#key(event));
    new Stream({
      all: (all) => this.#takeAll(all),
      changes: (changes) => this.#takeChanges(changes),
      cut: (since) => this.#takeCut(since),
    });
    setInterval(() => this.#wantFrame(), 1_000);
  }

  #takeAll(all: StreamedAll): void {
    this.#fleet.all(all);
    this.#happened.all(all.events);
    setText(this.#connection, CONNECTED);
    this.#take(all.status);
    this.#isFresh = true;
  }

  #takeChanges(changes: StreamedChanges): void {
    this.#fleet.changes(changes);
    this.#happened.add(changes.events);
    this.#isFresh ||= changes.vps.length + changes.gone.length > 0;
    this.#take(changes.status);
  }

  #take(status: StatusReport): void {
    this.#status = status;
    this.#ahead = Date.parse(status.at) - Date.now();
    document.title = status.vps.lost > 0 ? `${status.vps.lost} lost · sc-remoted` : 'sc-remoted';
    this.#wantFrame();
  }

  #takeCut(since: number | undefined): void {
    this.#cutSince = since;
    document.body.classList.toggle('is-cut', since !== undefined);
    setText(this.#connection, since === undefined ? CONNECTED : 'not connected to the controller');
    this.#wantFrame();
  }

  #filterBy(text: string): void {
    this.#filter.value = text;
    this.#filterChanged();
  }

  #filterChanged(): void {
    setText(this.#fault, '');
    try {
      this.#fleet.filter(this.#filter.value);
    } catch (failure) {
      if (!(failure instanceof ClientError)) throw failure;
      setText(this.#fault, failure.reason ?? failure.message);
    }
    this.#isFresh = true;
    this.#wantFrame();
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    this.#filter.focus();
  }

  /** All that happens until then is shown at once. */
  #wantFrame(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      const [kind, start] = [this.#isFresh ? 'fleet' : 'tick', performance.now()];
      this.#paint();
      // How long the last one took, for who looks into it.
      performance.clearMeasures(kind);
      performance.measure(kind, { start });
    });
  }

  #paint(): void {
    const now = Date.now() + this.#ahead;
    this.#cut.hidden = this.#cutSince === undefined;
    if (this.#cutSince !== undefined) setText(this.#cut, cutText(this.#cutSince));
    if (this.#status === undefined) return;
    this.#summary.show(this.#status, this.#filter.value, now);
    const meant = this.#isFresh ? this.#fleet.meant() : undefined;
    if (meant !== undefined) this.#table.take(meant, now);
    this.#table.paint(now); // it asks how high things are, so it comes before the points, which take long to arrange
    if (meant !== undefined) this.#showMap(meant);
    this.#happened.paint(now);
    this.#details.paint((key) => this.#fleet.get(key), now);
  }

  #showMap(meant: readonly VpReport[]): void {
    this.#isFresh = false;
    this.#map.show(meant);
    setText(this.#shown, `${meant.length} of ${this.#fleet.size}`);
  }
}

function cutText(since: number): string {
  return `Not connected to the controller since ${inUtc(since)}, ${roughly(Date.now() - since)} ago. What is below was so then.`;
}

new Page();
