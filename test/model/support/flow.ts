import { Fault, must } from './fault.js';

/** Octets at the beginning of a flow that say which one it is. */
const HEAD = 4;

let words = new Uint32Array(1024);

/** The octets of a flow from a place on: which flow it is, then a pattern in which each octet depends on flow and place. */
function octetsOf(flow: number, from: number, length: number): Buffer {
  const first = from >> 2;
  const count = ((from + length + 3) >> 2) - first;
  if (count > words.length) words = new Uint32Array(2 * count);
  const start = Math.imul(flow, 0x9e3779b1);
  for (let index = 0; index < count; index++) {
    let mixed = (first + index) ^ start;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    words[index] = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  }
  const octets = Buffer.from(words.buffer, from & 3, length);
  if (from < HEAD) headOf(flow).copy(octets, 0, from);
  return octets;
}

function headOf(flow: number): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(flow);
  return head;
}

/** One direction of a conversation: what one end has said, octet by octet. */
export class Flow<Speaker> {
  sent = 0;

  constructor(
    readonly id: number,
    readonly speaker: Speaker,
  ) {}

  /** The next octets to say. */
  say(length: number): Buffer {
    const octets = Buffer.from(octetsOf(this.id, this.sent, length));
    this.sent += length;
    return octets;
  }
}

/** All flows of one kind: by its first octets a flow is found again where it comes out. */
export class Flows<Speaker> {
  readonly #all: Flow<Speaker>[] = [];
  readonly #claimed = new Set<number>();

  begin(speaker: Speaker): Flow<Speaker> {
    const flow = new Flow(this.#all.length, speaker);
    this.#all.push(flow);
    return flow;
  }

  /** Something came of it, at one place only. @throws Fault */
  claim(id: number, listener: string): Flow<Speaker> {
    const flow = this.#all[id];
    if (flow === undefined) throw new Fault(`${listener} was sent what nobody said`);
    must(!this.#claimed.has(id), () => `${listener} was sent what another was sent already, of flow ${id}`);
    this.#claimed.add(id);
    return flow;
  }
}

/** Where a flow comes out: every octet once, in order, of one flow. */
export class Inbox<Speaker> {
  got = 0;
  flow: Flow<Speaker> | undefined;
  #head: Buffer = Buffer.alloc(0);

  /** @param paired told once it is known whose flow it is */
  constructor(
    readonly flows: Flows<Speaker>,
    readonly listener: string,
    readonly paired: (speaker: Speaker) => void,
  ) {}

  /** @throws Fault where it is anything but the next octets of the flow */
  take(bytes: Buffer): void {
    const from = this.got;
    this.got += bytes.length;
    if (this.flow !== undefined) return this.#check(this.flow, from, bytes);
    this.#head = Buffer.concat([this.#head, bytes]);
    if (this.#head.length < HEAD) return;
    this.flow = this.flows.claim(this.#head.readUInt32BE(), this.listener);
    this.#check(this.flow, 0, this.#head);
    this.paired(this.flow.speaker);
  }

  #check(flow: Flow<Speaker>, from: number, bytes: Buffer): void {
    must(this.got <= flow.sent, () => `${this.listener} was sent octet ${this.got} of ${flow.sent}`);
    if (bytes.equals(octetsOf(flow.id, from, bytes.length))) return;
    const expected = octetsOf(flow.id, from, bytes.length);
    const at = bytes.findIndex((octet, index) => octet !== expected[index]);
    throw new Fault(`${this.listener} was sent something else in place of octet ${from + at}`);
  }
}
