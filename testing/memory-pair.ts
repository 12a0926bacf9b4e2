import { Duplex } from 'node:stream';

type Done = () => void;

/** Octets that each end keeps for its reader and its writer: Node's own default is another one in each version. */
const KEPT = 16_384;

/** One end. As with a socket, what is written arrives later, never within the call. */
class End extends Duplex {
  other: End | undefined;
  /** Tells the other end that its last write was taken. */
  #taken: Done | undefined;

  constructor() {
    super({ allowHalfOpen: true, highWaterMark: KEPT });
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    process.nextTick(() => this.other?.arrive(chunk, done));
  }

  override _final(done: Done): void {
    process.nextTick(() => {
      this.other?.once('end', done);
      this.other?.push(null);
    });
  }

  arrive(chunk: Buffer, done: Done): void {
    this.#taken = done;
    this.push(chunk);
  }
}

/** Two streams in memory, connected like the ends of a socket: half-close works, and destroying one end ends the other. */
export function memoryPair(): [Duplex, Duplex] {
  const [one, other] = [new End(), new End()];
  one.other = other;
  other.other = one;
  one.once('close', () => followClose(one, other));
  other.once('close', () => followClose(other, one));
  return [one, other];
}

/** What was sent before an orderly end still arrives; a cut is seen at once. */
function followClose(closed: Duplex, left: Duplex): void {
  if (closed.writableFinished && !left.readableEnded) left.once('end', () => left.destroy());
  else left.destroy();
}
