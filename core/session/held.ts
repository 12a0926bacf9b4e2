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

  /** Takes the oldest out. */
  shift(): HeldMessage | undefined {
    const oldest = this.#items[this.#head];
    if (oldest === undefined) return undefined;
    this.#head++;
    this.#bytes -= oldest.frame.length + OVERHEAD;
    // Stryker disable next-line ConditionalExpression,EqualityOperator,ArithmeticOperator: it is a matter of time and memory alone
    if (this.#head * 2 > this.#items.length) this.#forget();
    return oldest;
  }

  /** Gives up the places of those that were taken out; no more are moved than were. */
  #forget(): void {
    this.#items.splice(0, this.#head);
    this.#head = 0;
  }

  /** Takes everything out, oldest first. */
  takeAll(): HeldMessage[] {
    const all = this.#items.slice(this.#head);
    this.#items = [];
    this.#head = this.#bytes = 0;
    return all;
  }
}
