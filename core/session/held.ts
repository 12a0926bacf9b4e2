/** A reliable message that was sent and not yet acknowledged. */
export interface HeldMessage {
  /** The channel it belongs to: for CHANNEL_NEW and CHANNEL_FIN the one they name. */
  readonly channel: number;
  readonly frame: Buffer;
  /** Whether it carries bytes of the client. */
  readonly isData: boolean;
}

/** What the objects around a held frame weigh, in octets; counted, so that many tiny frames cannot pass a byte limit. */
const OVERHEAD = 256;

/** Unacknowledged messages, oldest first, with the memory they take. */
export class HeldMessages {
  #items: HeldMessage[] = [];
  #head = 0;
  #bytes = 0;

  get count(): number {
    return this.#items.length - this.#head;
  }

  /** Octets held, bookkeeping included. */
  get bytes(): number {
    return this.#bytes;
  }

  push(message: HeldMessage): void {
    this.#items.push(message);
    this.#bytes += message.frame.length + OVERHEAD;
  }

  /** Takes the oldest out. @throws RangeError where nothing is held */
  shift(): HeldMessage {
    const oldest = this.#items[this.#head];
    if (oldest === undefined) throw new RangeError('nothing is held');
    this.#head++;
    this.#bytes -= oldest.frame.length + OVERHEAD;
    // No more are moved than were taken out.
    // Stryker disable next-line ConditionalExpression,EqualityOperator,ArithmeticOperator,BlockStatement: a matter of time and memory
    if (this.#head * 2 > this.#items.length) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    return oldest;
  }

  /** Takes everything out, oldest first. */
  takeAll(): HeldMessage[] {
    const all = this.#items.slice(this.#head);
    this.#items = [];
    this.#head = this.#bytes = 0;
    return all;
  }
}
