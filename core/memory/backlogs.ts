/** Milliseconds that count for a client for which nothing was kept just now: much in a short time is no better than little for long. */
const FRESH = 1_000;

/** What is kept for one client. */
export class Share {
  readonly #backlogs: Backlogs;
  readonly user: string;
  readonly drop: () => void;
  octets = 0;
  /** Since when something has been kept. */
  since = 0;

  constructor(backlogs: Backlogs, user: string, drop: () => void) {
    this.#backlogs = backlogs;
    this.user = user;
    this.drop = drop;
  }

  /** So many octets are kept now. 0 also says that the client has taken all there was: it counts as prompt from then on. */
  set(octets: number): void {
    if (octets !== this.octets) this.#backlogs.change(this, octets);
  }
}

/** What is kept for the clients of one user. */
interface Sum {
  octets: number;
  readonly shares: Set<Share>;
}

/**
 * Counts what is kept for slow clients, of all instances and by whoever keeps it. When it is too much, the user for whom most
 * is kept loses a client, and another one, until it fits.
 */
export class Backlogs {
  readonly #most: number;
  readonly #now: () => number;
  /** Those for whom something is kept. */
  readonly #users = new Map<string, Sum>();
  #octets = 0;
  #isMakingRoom = false;

  /** @param most octets @param now the clock's time in milliseconds */
  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  /** Octets that are kept for all. */
  get octets(): number {
    return this.#octets;
  }

  /** @param drop disconnects the client, after which nothing is kept for it */
  open(user: string, drop: () => void): Share {
    return new Share(this, user, drop);
  }

  /** For the shares alone. */
  change(share: Share, octets: number): void {
    const sum = this.#users.get(share.user) ?? this.#begin(share.user);
    if (share.octets === 0) {
      share.since = this.#now();
      sum.shares.add(share);
    }
    const more = octets - share.octets;
    share.octets = octets;
    sum.octets += more;
    this.#octets += more;
    if (octets === 0) sum.shares.delete(share);
    if (sum.shares.size === 0) this.#users.delete(share.user);
    if (this.#octets > this.#most && !this.#isMakingRoom) this.#makeRoom();
  }

  #begin(user: string): Sum {
    const sum = { octets: 0, shares: new Set<Share>() };
    this.#users.set(user, sum);
    return sum;
  }

  #makeRoom(): void {
    this.#isMakingRoom = true;
    while (this.#octets > this.#most) {
      const share = this.#atFault();
      if (share === undefined) break;
      share.drop();
      share.set(0);
    }
    this.#isMakingRoom = false;
  }

  /** Of the user for whom most is kept, the client for which much has been kept for long. */
  #atFault(): Share | undefined {
    const sum = mostOf(this.#users.values(), ({ octets }) => octets);
    const now = this.#now();
    return sum && mostOf(sum.shares, ({ octets, since }) => octets * (FRESH + now - since));
  }
}

function mostOf<T>(all: Iterable<T>, measure: (one: T) => number): T | undefined {
  let most: T | undefined;
  let best = -1;
  for (const one of all) {
    const value = measure(one);
    if (value <= best) continue;
    most = one;
    best = value;
  }
  return most;
}
