import { Deferred } from '../deferred.js';
import { ClientError, brokenAnswer } from '../errors.js';
import type { Share } from '../gauge.js';
import { WartsFrame } from '../warts/frame.js';
import { type Answer, AnswerReader } from './answers.js';
import type { Channel, ChannelOptions, RunOptions } from './channel.js';
import { checkCommand } from './command.js';
import { type Measurement, type Owner, Task } from './measurement.js';
import { Tasks } from './tasks.js';

/** What carries the octets of one channel: a mux, or a socket of its own. */
export interface Carrier {
  /** What waits to be taken by the program. */
  readonly share: Share;
  write(text: string): void;
  /** Nothing more is wanted. */
  leave(): void;
}

/** What waits for its answer: scamper answers each line once, in order. */
type Asked = Task | 'halt' | 'done';

/** How long what was halted may take to end, in milliseconds. Scamper tells at once what it has by then; one that is away cannot. */
const HALT_LIMIT = 5_000;

/** One channel: what was asked, what came of it, and when the next command may be sent. */
export class Dialogue implements Channel, Owner {
  readonly #closed = new Deferred<ClientError | undefined>();
  readonly #carrier: Carrier;
  readonly #exact: boolean;
  readonly #answers = new AnswerReader();
  readonly #warts = new WartsFrame();
  /** Commands that wait until scamper wants them. */
  readonly #queue: Task[] = [];
  readonly #asked: Asked[] = [];
  readonly #tasks = new Tasks();
  /** Commands that scamper wants. */
  #wanted = 0;
  /** Scamper has said something. */
  #greeted = false;
  /** What a warts file ends with, for who called `finish`. */
  #finish: Deferred<Buffer> | undefined;
  /** Scamper was told that no more commands come. */
  #saidDone = false;
  /** Why it is over. */
  #over: ClientError | undefined;

  constructor(
    readonly name: string,
    carrier: Carrier,
    { exact = true }: ChannelOptions,
  ) {
    this.#carrier = carrier;
    this.#exact = exact;
  }

  get closed(): Promise<ClientError | undefined> {
    return this.#closed.promise;
  }

  get share(): Share {
    return this.#carrier.share;
  }

  get header(): Buffer {
    return this.#warts.header;
  }

  // ---- what the program wants

  run(command: string, { signal }: RunOptions = {}): Measurement {
    checkCommand(command);
    const task = new Task(command, this, signal);
    const why = this.#over ?? (this.#finish === undefined ? undefined : this.#own());
    if (why !== undefined) task.end(why);
    else if (signal?.aborted === true) task.end();
    else this.#queue.push(task);
    this.#send();
    return task;
  }

  finish(): Promise<Buffer> {
    this.#finish ??= new Deferred();
    if (this.#over !== undefined) this.#finish.reject(this.#over);
    this.#send();
    return this.#finish.promise;
  }

  close(): void {
    if (this.#over !== undefined) return;
    const why = this.#own();
    this.#over = why;
    for (const id of this.#tasks.end(why)) this.#carrier.write(`halt ${id}\n`);
    this.#carrier.leave();
    this.#end(why, undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** One that was not sent is forgotten; one whose number is not known yet is halted when it is. */
  halt(task: Task): void {
    const place = this.#queue.indexOf(task);
    if (place >= 0) {
      this.#queue.splice(place, 1);
      task.end();
      this.#send();
      return;
    }
    setTimeout(() => task.end(), HALT_LIMIT).unref();
    if (task.id !== undefined) this.#ask('halt', `halt ${task.id}`);
  }

  /** Sends what scamper wants, and after the last command, that it was the last. */
  #send(): void {
    while (this.#wanted > 0 && !this.#mustWait()) {
      const task = this.#queue.shift();
      if (task === undefined) break;
      this.#wanted--;
      this.#ask(task, task.command);
    }
    if (this.#finish === undefined || this.#saidDone || this.#over !== undefined || this.#queue.length > 0) return;
    this.#saidDone = true;
    this.#ask('done', 'done');
  }

  /** Two tasks of a scamper that does not say which is which must not meet. */
  #mustWait(): boolean {
    return this.#exact && !this.#tasks.tellsIds && (this.#tasks.size > 0 || this.#asked.length > 0);
  }

  #ask(asked: Asked, line: string): void {
    this.#asked.push(asked);
    this.#carrier.write(`${line}\n`);
  }

  // ---- what scamper says

  /** @param bytes a view, valid during the call */
  receive(bytes: Buffer): void {
    try {
      this.#answers.push(bytes, (answer) => this.#hear(answer));
    } catch (failure) {
      if (!(failure instanceof ClientError)) throw failure;
      const why = failure.of(this.name);
      this.#carrier.leave();
      this.#end(why, why);
    }
  }

  #hear(answer: Answer): void {
    if (this.#over !== undefined) return;
    this.#greeted = true;
    if (answer.type === 'more') this.#wanted++;
    else if (answer.type === 'data') this.#result(answer);
    else this.#answered(this.#asked.shift(), answer);
    this.#send();
  }

  #result({ id, inProgress, warts }: Extract<Answer, { type: 'data' }>): void {
    const results = this.#warts.resultsIn(warts);
    if (results.length > 0) this.#tasks.settle(id, inProgress, results);
  }

  #answered(asked: Asked | undefined, answer: Extract<Answer, { type: 'ok' | 'err' }>): void {
    if (answer.type === 'err') this.#refused(asked, answer.text);
    else if (asked instanceof Task && answer.id !== undefined) this.#taken(asked, answer.id);
    else if (asked === undefined || asked instanceof Task) throw misplaced('OK');
  }

  /** A halt is refused where the task has ended meanwhile. After a refusal scamper does not ask anew for a command. */
  #refused(asked: Asked | undefined, reason: string): void {
    if (asked === 'halt') return;
    if (asked === 'done' || asked === undefined) throw misplaced('ERR');
    this.#wanted++;
    asked.end(new ClientError('SCR_COMMAND_REFUSED', `${this.name}: ${asked.command}`, { reason }));
  }

  #taken(task: Task, id: number): void {
    this.#tasks.add(id, task);
    if (task.unwanted) this.#ask('halt', `halt ${id}`);
  }

  // ---- the end

  /** The other side ended the channel. @param reason what it said of it */
  ended(reason?: string): void {
    if (this.#over !== undefined) return;
    const whole = this.#saidDone && this.#tasks.size === 0 && !this.#answers.unfinished;
    if (whole && !this.#asked.some((asked) => asked instanceof Task)) {
      this.#finish?.resolve(this.#warts.trailer);
      this.#end(this.#own(), undefined);
      return;
    }
    const code = this.#greeted ? 'SCR_CHANNEL_ENDED' : 'SCR_CHANNEL_REFUSED';
    this.lost(new ClientError(code, this.name, { reason }));
  }

  /** It is over for a reason of its own. */
  lost(why: ClientError): void {
    if (this.#over === undefined) this.#end(why, why);
  }

  /** @param why what measurements are told @param told what `closed` is told */
  #end(why: ClientError, told: ClientError | undefined): void {
    this.#over = why;
    this.#tasks.end(why);
    for (const asked of this.#asked.splice(0)) if (asked instanceof Task) asked.end(why);
    for (const task of this.#queue.splice(0)) task.end(why);
    this.#finish?.reject(why);
    this.share.end();
    this.#closed.resolve(told);
  }

  #own(): ClientError {
    return new ClientError('SCR_CHANNEL_CLOSED', this.name);
  }
}

function misplaced(line: string): ClientError {
  return brokenAnswer(`${line} where nothing was asked for`);
}
