/** One in a line. */
interface Place<T> {
  readonly member: T;
  before: Place<T> | undefined;
  after: Place<T> | undefined;
}

/** A line that anybody may leave, wherever he stands. */
class Line<T> {
  first: Place<T> | undefined;
  #last: Place<T> | undefined;
  size = 0;

  join(member: T): Place<T> {
    const place: Place<T> = { member, before: this.#last, after: undefined };
    if (this.#last === undefined) this.first = place;
    else this.#last.after = place;
    this.#last = place;
    this.size++;
    return place;
  }

  leave({ before, after }: Place<T>): void {
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    this.size--;
  }
}

/** Those of one network, and its place among networks with as many. */
interface Group<T> {
  readonly network: string;
  readonly line: Line<T>;
  rank: Place<Group<T>> | undefined;
}

interface Known<T> {
  readonly group: Group<T>;
  readonly place: Place<T>;
  readonly overall: Place<T>;
}

/**
 * Who is there, by the network that each comes from: how many, the oldest, and which network has most. No call takes longer the
 * more there are. Networks are what `networkOf` says.
 */
export class Crowd<T> {
  readonly #known = new Map<T, Known<T>>();
  readonly #groups = new Map<string, Group<T>>();
  readonly #overall = new Line<T>();
  /** At each index the networks with so many; the last is not empty. */
  readonly #ranks: Line<Group<T>>[] = [];

  get size(): number {
    return this.#overall.size;
  }

  /** In the order in which they came. */
  *[Symbol.iterator](): IterableIterator<T> {
    yield* this.#known.keys();
  }

  /** Puts it behind the others; one that is there already goes to the end, under its new network. */
  add(member: T, network: string): void {
    this.delete(member);
    const group = this.#groups.get(network) ?? { network, line: new Line<T>(), rank: undefined };
    this.#groups.set(network, group);
    this.#known.set(member, { group, place: group.line.join(member), overall: this.#overall.join(member) });
    this.#rank(group, group.line.size - 1);
  }

  /** @returns whether it was there */
  delete(member: T): boolean {
    const known = this.#known.get(member);
    if (known === undefined) return false;
    const { group, place, overall } = known;
    this.#known.delete(member);
    this.#overall.leave(overall);
    group.line.leave(place);
    this.#rank(group, group.line.size + 1);
    if (group.line.size === 0) this.#groups.delete(group.network);
    return true;
  }

  /** How many come from a network. */
  from(network: string): number {
    return this.#groups.get(network)?.line.size ?? 0;
  }

  /** The one that came first, of all or of a network. */
  oldest(network?: string): T | undefined {
    const line = network === undefined ? this.#overall : this.#groups.get(network)?.line;
    return line?.first?.member;
  }

  /** The network with most, of several the one that has had so many for longest; undefined where nobody is there. */
  get crowded(): string | undefined {
    return this.#ranks.at(-1)?.first?.member.network;
  }

  /** A group has another size than `before`. */
  #rank(group: Group<T>, before: number): void {
    const { size } = group.line;
    if (group.rank !== undefined) this.#ranks[before]?.leave(group.rank);
    group.rank = size === 0 ? undefined : (this.#ranks[size] ??= new Line<Group<T>>()).join(group);
    if (this.#ranks.at(-1)?.size === 0) this.#ranks.pop();
  }
}
