import { Duplex } from 'node:stream';
import type { Random } from './random.js';

type Written = (failure: Error | null | undefined) => void;
type Done = (failure?: Error | null) => void;

/** Who is at the other end of a wire. */
export interface FarEnd {
  read(bytes: Buffer): void;
  /** Nothing more comes. */
  over(): void;
}

/** A connection, as the program at its far end has it. */
export interface Line {
  /** Octets that lie between the ends at most. */
  readonly capacity: number;
  /** Octets that the program has written. */
  readonly written: number;
  write(bytes: Buffer): void;
  /** It writes no more, and reads on. */
  finish(): void;
  /** It is gone, and reads no more. */
  break(): void;
  /** How many octets the controller had read when it wrote the octet at this place; undefined where nobody can know. */
  readWhenSaid(place: number): number | undefined;
}

/** How a wire behaves. */
export interface Manner {
  /** Octets that wait in it on their way from the controller, before it takes no more. */
  readonly capacity: number;
  /** The longest piece in which octets arrive; 0 for all at once. */
  readonly cut: number;
}

/** Octets on their way. */
class Queue {
  #pieces: Buffer[] = [];
  length = 0;

  push(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.length += bytes.length;
  }

  take(count: number): Buffer {
    const all = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
    if (all === undefined) return Buffer.alloc(0);
    const taken = all.subarray(0, count);
    this.length -= taken.length;
    this.#pieces = this.length === 0 ? [] : [all.subarray(count)];
    return taken;
  }
}

/** The controller's end: a stream as a socket is one. What is written is in the kernel at once, as long as there is room. */
class NearEnd extends Duplex {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    super({ allowHalfOpen: true });
    this.#wire = wire;
  }

  override _read(): void {
    this.#wire.hungry = true;
  }

  /** What waits in the stream was said before what comes meanwhile is read. */
  override write(bytes: Buffer, then?: BufferEncoding | Written, callback?: Written): boolean {
    this.#wire.said(bytes.length);
    return typeof then === 'string' ? super.write(bytes, then, callback) : super.write(bytes, then);
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#wire.emitted(bytes, done);
  }

  override _final(done: Done): void {
    this.#wire.nearEnds();
    done();
  }

  override _destroy(failure: Error | null, done: Done): void {
    this.#wire.nearEnds();
    done(failure);
  }
}

/**
 * A connection between the controller and a program, in memory. Octets take turns to arrive, in pieces cut anywhere; a reader may
 * be slow, the network may hold octets up, and it breaks in more than one way.
 */
export class Wire implements Line {
  readonly stream: Duplex = new NearEnd(this);
  /** Set by the controller's end: it reads what comes. */
  hungry = false;
  /** The network holds up what goes to the controller. */
  held = false;
  /** Octets that the far end reads in a turn. */
  window = Infinity;
  /** Octets that the far end has written. */
  written = 0;
  /** Moves so far: while this stands still, nothing goes on here. */
  moves = 0;
  readonly #far: FarEnd;
  readonly #manner: Manner;
  readonly #random: Random;
  readonly #in = new Queue();
  readonly #out = new Queue();
  /** What the controller has written and the kernel has not taken. */
  #pending: { readonly bytes: Buffer; at: number; readonly done: Done } | undefined;
  #pushed = 0;
  #said = 0;
  /** How much the controller had read when it wrote what lies before `end`. */
  readonly #marks: { readonly end: number; readonly read: number }[] = [];
  #farEnds = false;
  #farBreaks = false;
  #inEnded = false;
  #nearEnded = false;
  #farGone = false;
  #toldOver = false;
  /** The controller's process is dead. */
  #dead = false;
  /** All is over at this end, so no turn is needed for it. */
  finished = false;

  constructor(far: FarEnd, manner: Manner, random: Random) {
    this.#far = far;
    this.#manner = manner;
    this.#random = random;
    this.stream.on('error', () => undefined); // it was us
  }

  /** Octets that lie between the ends at most. */
  get capacity(): number {
    return this.#manner.capacity;
  }

  /** Whether the far end has not read everything, the end included. */
  get isBehind(): boolean {
    return this.#out.length > 0 || this.#pending !== undefined || (this.#nearEnded && !this.#toldOver);
  }

  /** Whether a controller that lives has it open. */
  get isOpen(): boolean {
    return !this.#dead && !this.stream.destroyed;
  }

  // ---- the far end

  write(bytes: Buffer): void {
    if (this.#farGone || this.#farEnds) return;
    this.#in.push(bytes);
    this.written += bytes.length;
  }

  /** The far end writes no more. */
  finish(): void {
    this.#farEnds = true;
  }

  /**
   * The far end is gone, and reads no more.
   * @param kept octets of its last words that still arrive
   */
  break(kept = Infinity): void {
    this.vanish(kept);
    this.#farBreaks = true;
    this.#out.take(this.#out.length);
  }

  /** The far end is gone, and nobody tells the controller. */
  vanish(kept: number): void {
    const last = this.#in.take(Math.min(kept, this.#in.length));
    this.#in.take(this.#in.length);
    this.#in.push(last);
    this.#farGone = true;
  }

  /** The controller's process is dead: the far end gets what was in the kernel. */
  die(): void {
    this.#dead = true;
    this.nearEnds();
  }

  // ---- the controller's end

  said(octets: number): void {
    this.#said += octets;
    this.#marks.push({ end: this.#said, read: this.#pushed - this.stream.readableLength });
  }

  emitted(bytes: Buffer, done: Done): void {
    if (this.#dead) return;
    this.#pending = { bytes, at: 0, done };
    this.#fill();
  }

  nearEnds(): void {
    this.#nearEnded = true;
  }

  /** The kernel takes what it has room for. */
  #fill(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    const room = this.#manner.capacity - this.#out.length;
    const piece = pending.bytes.subarray(pending.at, pending.at + Math.max(0, room));
    pending.at += piece.length;
    if (piece.length > 0 && !this.#farBreaks) this.#out.push(Buffer.from(piece));
    if (piece.length > 0) this.moves++;
    if (pending.at < pending.bytes.length) return;
    this.#pending = undefined;
    pending.done();
  }

  /** How many octets the controller had read when it wrote the octet at this place; places only go up. */
  readWhenSaid(place: number): number {
    while ((this.#marks[0]?.end ?? Infinity) < place) this.#marks.shift();
    return this.#marks[0]?.read ?? 0;
  }

  // ---- time

  /** What a turn of the event loop brings. */
  turn(): void {
    if (this.finished) return;
    this.#turnIn();
    this.#turnOut();
  }

  #turnIn(): void {
    if (this.held || this.#dead || this.stream.destroyed || this.#inEnded || !this.hungry) return;
    if (this.#in.length > 0) return this.#arrive(this.#in.take(this.#pieceOf(this.#in.length)));
    if (this.#farBreaks) this.#breakNear();
    else if (this.#farEnds) this.#endNear();
  }

  #arrive(bytes: Buffer): void {
    this.hungry = false;
    this.moves++;
    this.#pushed += bytes.length;
    this.stream.push(bytes);
  }

  #breakNear(): void {
    this.moves++;
    this.stream.destroy(new Error('reset'));
  }

  #endNear(): void {
    this.moves++;
    this.#inEnded = true;
    this.stream.push(null);
  }

  /** Tiny pieces of much would take for ever. */
  #pieceOf(length: number): number {
    const { cut } = this.#manner;
    return cut === 0 ? length : Math.max(1 + this.#random.below(cut), length >> 3);
  }

  #turnOut(): void {
    const count = Math.min(this.window, this.#out.length);
    if (count > 0 && !this.#farGone) {
      this.moves++;
      this.#far.read(this.#out.take(Math.min(count, this.#pieceOf(count))));
    }
    if (this.#nearEnded) this.#endOut();
    else if (!this.#farGone || this.#farBreaks) this.#fill();
  }

  /** What was in the kernel is read first. */
  #endOut(): void {
    if (this.#out.length > 0 && !this.#farGone) return;
    if (this.stream.writableFinished && this.#pending !== undefined) return;
    if (!this.#dead && !this.stream.destroyed && !this.stream.writableFinished) return;
    this.finished = this.#dead || this.stream.destroyed;
    if (this.#farGone || this.#toldOver) return;
    this.#toldOver = true;
    this.moves++;
    this.#far.over();
  }
}

/** The wire that somebody in the model is connected by. */
export function wireOf({ wire }: { readonly wire: Line | undefined }): Wire | undefined {
  return wire instanceof Wire ? wire : undefined;
}
