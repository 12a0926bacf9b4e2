/** Counts what waits to be taken, over all channels of a connection, and holds up the connection while it is too much. */
export class Gauge {
  readonly #limit: number;
  readonly #hold: (on: boolean) => void;
  #octets = 0;
  #held = false;

  /** @param hold is called when the connection is to be read no more, and when it is to be read again */
  constructor(limit: number, hold: (on: boolean) => void) {
    this.#limit = limit;
    this.#hold = hold;
  }

  add(octets: number): void {
    this.#octets += octets;
    if (this.#held || this.#octets <= this.#limit) return;
    this.#held = true;
    this.#hold(true);
  }

  /** Reading begins again at half the limit: not for each octet that is taken. */
  remove(octets: number): void {
    this.#octets -= octets;
    if (!this.#held || this.#octets > this.#limit / 2) return;
    this.#held = false;
    this.#hold(false);
  }
}

/** What waits for one channel. */
export class Share {
  readonly #gauge: Gauge;
  #octets = 0;
  #ended = false;

  constructor(gauge: Gauge) {
    this.#gauge = gauge;
  }

  add(octets: number): void {
    this.#octets += octets;
    this.#gauge.add(octets);
  }

  remove(octets: number): void {
    if (this.#ended) return;
    this.#octets -= octets;
    this.#gauge.remove(octets);
  }

  /** Nothing more comes: what nobody takes of it must not hold up the others for ever. */
  end(): void {
    this.remove(this.#octets);
    this.#ended = true;
  }
}
