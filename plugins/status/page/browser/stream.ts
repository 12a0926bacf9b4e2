import type { StreamedAll, StreamedChanges } from './reports.js';

/** The controller says something every second. When it is silent for longer than so many milliseconds, it is cut off. */
const SILENT = 5_000;
/** Then, and where it refused, it is asked anew so often. */
const AGAIN = 5_000;

export interface Hears {
  all(all: StreamedAll): void;
  changes(changes: StreamedChanges): void;
  /** It is heard again, or not any more. @param since when it was heard last; undefined while it is heard */
  cut(since: number | undefined): void;
}

/** Listens to what the controller tells, and comes back to it when it is cut off. */
export class Stream {
  readonly #hears: Hears;
  #source: EventSource | undefined;
  #heardAt = Date.now();
  #askedAt = 0;
  #isCut = false;

  constructor(hears: Hears) {
    this.#hears = hears;
    this.#ask();
    setInterval(() => this.#look(), 1_000);
  }

  #ask(): void {
    this.#source?.close();
    this.#askedAt = Date.now();
    const source = (this.#source = new EventSource('api/v1/stream'));
    let knowsAll = false;
    source.addEventListener('open', () => (knowsAll = false));
    source.addEventListener('all', ({ data }: MessageEvent<string>) => {
      knowsAll = true;
      this.#heard(() => this.#hears.all(JSON.parse(data) as StreamedAll));
    });
    source.addEventListener('changes', ({ data }: MessageEvent<string>) => {
      if (knowsAll) this.#heard(() => this.#hears.changes(JSON.parse(data) as StreamedChanges));
    });
    source.addEventListener('error', () => this.#cut());
  }

  #heard(tell: () => void): void {
    this.#heardAt = Date.now();
    tell();
    if (!this.#isCut) return;
    this.#isCut = false;
    this.#hears.cut(undefined);
  }

  #cut(): void {
    this.#isCut = true;
    this.#hears.cut(this.#heardAt);
  }

  /** A connection may be dead without a word. */
  #look(): void {
    const now = Date.now();
    const isSilent = now - this.#heardAt > SILENT;
    if (isSilent) this.#cut();
    const isGivenUp = this.#source?.readyState === EventSource.CLOSED || isSilent;
    if (isGivenUp && now - this.#askedAt > AGAIN) this.#ask();
  }
}
