/** Who owes ACKs. */
export interface Debtor {
  /** Writes the ACKs that are still owed. */
  acknowledge(): void;
}

/** How many turns of the event loop ACKs may wait. */
const TURNS = 8;

/**
 * ACKs that wait for company. scamper waits for none of them, and a write of its own for each costs as much as the message
 * did. While much goes on, turns of the event loop are long, and a few of them bring more to acknowledge, or something to
 * send that ACKs can go with. While little goes on, they pass in microseconds.
 */
export class Acks {
  /** By how long they have waited, the newest first. */
  #waiting: Set<Debtor>[] = Array.from({ length: TURNS }, () => new Set());
  #running = false;

  /** The debtor owes ACKs; asked again before it has paid, it waits no longer than it would have. */
  wait(debtor: Debtor): void {
    if (this.#waiting.some((set) => set.has(debtor))) return;
    this.#waiting[0]?.add(debtor);
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => this.#pay());
  }

  #pay(): void {
    const due = this.#waiting.pop() ?? new Set<Debtor>();
    this.#waiting.unshift(new Set());
    for (const debtor of due) debtor.acknowledge();
    this.#running = this.#waiting.some(({ size }) => size > 0);
    if (this.#running) setImmediate(() => this.#pay());
  }
}
