import type { ServerResponse } from 'node:http';
import type { Clock, Timer, EventReport, StatusReport, VpReport } from '../../../plugin-sdk/index.js';

/** Differences are told so often, at most; in milliseconds. */
const EVERY = 1_000;
/** VPs whose figures are looked at each time, beside those of which something happened. */
const SLICE = 1_000;
/** Octets that may wait for a listener beside what it is told at first; one that takes less is let go, and may come again. */
const MOST_WAITING = 4_194_304;
const MOST_LISTENERS = 32;
const EVENTS_AT_FIRST = 200;

/** Where the differences come from. */
export interface Sources {
  readonly status: () => Promise<StatusReport>;
  readonly vps: () => readonly VpReport[];
  readonly vp: (key: string) => VpReport | undefined;
  readonly events: (count: number, after: number) => readonly EventReport[];
}

/** Tells listeners of what changes, by server-sent events: all there is at first, then differences. It costs nothing while nobody listens. */
export class Live {
  readonly #clock: Clock;
  readonly #sources: Sources;
  /** With how many octets may wait for each. */
  readonly #listeners = new Map<ServerResponse, number>();
  /** What the listeners know of each VP. */
  readonly #told = new Map<string, string>();
  readonly #touched = new Set<string>();
  #toLookAt: string[] = [];
  #lastEvent = 0;
  #timer: Timer | undefined;
  #telling = false;

  constructor(clock: Clock, sources: Sources) {
    this.#clock = clock;
    this.#sources = sources;
  }

  /** Something happened to a VP. */
  touch(key: string): void {
    if (this.#timer !== undefined) this.#touched.add(key);
  }

  /** From now on it is told. */
  add(response: ServerResponse): void {
    if (this.#listeners.size >= MOST_LISTENERS) {
      response.writeHead(503, { 'Content-Type': 'text/plain; charset=utf-8', 'Retry-After': '10' });
      response.end('too many are listening\n');
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    response.write('retry: 2000\n\n');
    if (this.#listeners.size === 0) this.#begin();
    this.#listeners.set(response, MOST_WAITING);
    response.once('close', () => this.#remove(response));
    void this.#welcome(response);
  }

  #begin(): void {
    for (const vp of this.#sources.vps()) this.#told.set(vp.vp, JSON.stringify(vp));
    this.#lastEvent = this.#sources.events(1, 0).at(-1)?.number ?? 0;
    this.#timer = this.#clock.every(EVERY, () => void this.#tell());
  }

  /** What the others know already. */
  async #welcome(response: ServerResponse): Promise<void> {
    const status = await this.#sources.status();
    const events = this.#sources.events(EVENTS_AT_FIRST, 0).filter(({ number }) => number <= this.#lastEvent);
    const vps = `[${[...this.#told.values()].join(',')}]`;
    const data = `{"status":${JSON.stringify(status)},"events":${JSON.stringify(events)},"vps":${vps}}`;
    this.#send(response, 'all', data);
    if (this.#listeners.has(response)) this.#listeners.set(response, MOST_WAITING + response.writableLength);
  }

  async #tell(): Promise<void> {
    if (this.#telling) return;
    this.#telling = true;
    const status = await this.#sources.status();
    this.#telling = false;
    const { vps, gone } = this.#differences();
    const events = this.#sources.events(EVENTS_AT_FIRST, this.#lastEvent);
    this.#lastEvent = events.at(-1)?.number ?? this.#lastEvent;
    const data = `{"status":${JSON.stringify(status)},"events":${JSON.stringify(events)},"vps":[${vps.join(',')}],"gone":${JSON.stringify(gone)}}`;
    for (const response of this.#listeners.keys()) this.#send(response, 'changes', data);
  }

  #differences(): { readonly vps: readonly string[]; readonly gone: readonly string[] } {
    if (this.#toLookAt.length === 0) this.#toLookAt = [...this.#told.keys()];
    const keys = new Set([...this.#touched, ...this.#toLookAt.splice(0, SLICE)]);
    this.#touched.clear();
    const [vps, gone]: [string[], string[]] = [[], []];
    for (const key of keys) {
      const vp = this.#sources.vp(key);
      if (vp === undefined) {
        if (this.#told.delete(key)) gone.push(key);
        continue;
      }
      const shown = JSON.stringify(vp);
      if (plain(shown) === plain(this.#told.get(key) ?? '')) continue;
      this.#told.set(key, shown);
      vps.push(shown);
    }
    return { vps, gone };
  }

  #send(response: ServerResponse, event: string, data: string): void {
    const most = this.#listeners.get(response);
    if (most === undefined) return;
    if (response.writableLength > most) response.destroy();
    else response.write(`event: ${event}\ndata: ${data}\n\n`);
  }

  #remove(response: ServerResponse): void {
    this.#listeners.delete(response);
    if (this.#listeners.size === 0) this.close();
  }

  /** Lets all go. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#told.clear();
    this.#touched.clear();
    this.#toLookAt = [];
    for (const response of this.#listeners.keys()) response.end();
    this.#listeners.clear();
  }
}

/** That a VP is still there is no news. */
function plain(shown: string): string {
  return shown.replace(/"lastSeen":"[^"]*",?/, '');
}
