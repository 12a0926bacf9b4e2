import { connect } from 'node:net';
import { Fault } from '../../model/support/fault.js';
import { MuxProgram } from '../../model/support/mux.js';
import type { Conversation, Talk } from './conversation.js';
import { SocketLine } from './socket-line.js';

/** A program on the mux, and its connection. */
export class Program {
  readonly #mux = new MuxProgram(0);
  readonly #line: SocketLine;
  readonly #life: number;
  #hasLeft = false;

  constructor(private readonly talk: Talk) {
    this.#life = talk.daemon.life;
    const socket = connect(talk.daemon.mux);
    const far = { read: (bytes: Buffer) => this.#mux.read(bytes), over: () => this.#end() };
    this.#line = new SocketLine(socket, far, talk.guard);
    this.#mux.begin(this.#line);
  }

  get isOver(): boolean {
    return this.#mux.state === 'over';
  }

  /** Whether a VP was told of. */
  knows(name: string): boolean {
    return this.#mux.strict.vps.size > 0 && this.#has(name);
  }

  #has(name: string): boolean {
    return [...this.#mux.strict.vps.values()].some(({ attributes }) => attributes.get(1)?.[0] === name);
  }

  open(conversation: Conversation): void {
    conversation.open(this.#mux);
  }

  rest(milliseconds: number): void {
    this.#line.rest(milliseconds);
  }

  leave(): void {
    this.#hasLeft = true;
    this.#mux.leave();
  }

  #end(): void {
    this.#mux.over();
    const { daemon } = this.talk;
    if (this.#life === daemon.life && !daemon.isDown && !this.#hasLeft) throw new Fault('a mux was disconnected');
  }
}
