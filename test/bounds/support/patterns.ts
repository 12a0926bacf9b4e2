import { randomFillSync } from 'node:crypto';
import { HEADER } from '../../../bench/load/frames.js';
import type { LoadClient } from '../../../bench/load/client.js';
import type { LoadInstance } from '../../../bench/load/instance.js';

/** A prime, so that the same octets never stand at the same place of a read. */
const PERIOD = 65_521;
const LONGEST = 16_384;
/** Messages that wait for their ACK at most. */
const WINDOW = 256;

/** Octets without end, which no other stream of octets has at any place. */
export class Pattern {
  readonly #ring: Buffer;

  constructor() {
    const once = randomFillSync(Buffer.alloc(PERIOD));
    this.#ring = Buffer.concat([once, once]);
  }

  /** Those from a place on, a period at most. */
  at(place: number, length: number): Buffer {
    const from = place % PERIOD;
    return this.#ring.subarray(from, from + length);
  }

  /** Whether these octets are those that stand there. */
  is(octets: Buffer, place: number): boolean {
    for (let at = 0; at < octets.length; at += PERIOD) {
      const part = octets.subarray(at, at + PERIOD);
      if (!part.equals(this.at(place + at, part.length))) return false;
    }
    return true;
  }
}

/** A client that pauses now and then, and looks at every octet. */
export class Reader {
  readonly pattern = new Pattern();
  sent = 0;
  got = 0;
  /** Where the first octet came that is not its own. */
  wrongAt: number | undefined;
  readonly #client: LoadClient;

  constructor(
    client: LoadClient,
    readonly channel: number,
  ) {
    this.#client = client;
    client.onBytes = (octets) => this.#read(octets);
  }

  #read(octets: Buffer): void {
    if (!this.pattern.is(octets, this.got)) this.wrongAt ??= this.got;
    this.got += octets.length;
    if (Math.random() < 0.3) this.#rest(Math.random() * 8);
  }

  #rest(milliseconds: number): void {
    this.#client.socket.pause();
    setTimeout(() => this.#client.socket.resume(), milliseconds);
  }
}

/** Sends messages of any size to any of the readers, until so many octets were sent. */
export function sendPatterns(instance: LoadInstance, readers: readonly Reader[], octets: number): void {
  let left = octets;
  const more = (): void => {
    while (left > 0 && instance.inFlight < WINDOW) left -= sendSome(instance, readers);
  };
  instance.events = { ...instance.events, acknowledged: more };
  more();
}

/** Several messages in one write, so that a read brings parts of them. */
function sendSome(instance: LoadInstance, readers: readonly Reader[]): number {
  let total = 0;
  const frames: Buffer[] = [];
  for (let count = Math.random() * 8; count > 0; count--) {
    const reader = readers[Math.floor(Math.random() * readers.length)];
    if (reader === undefined) break;
    const length = 1 + Math.floor(Math.random() ** 3 * LONGEST);
    const frame = Buffer.allocUnsafe(HEADER + length);
    instance.stamp(frame, 0, reader.channel, length);
    frame.set(reader.pattern.at(reader.sent, length), HEADER);
    reader.sent += length;
    total += length;
    frames.push(frame);
  }
  instance.write(Buffer.concat(frames));
  return total;
}
