import { ScrError } from '../../core/contract/errors.js';
import type { ChannelView } from '../../core/contract/views.js';
import { sdkErrors } from '../errors.js';
import { type Answer, AnswerParser, type AnswerSink } from './answer-parser.js';
import { ClientCommand, type Command } from './command.js';
import { LINE_LIMIT, type LineSink, LineSplitter } from './line-splitter.js';
import { refusalLine } from './refusal-line.js';
import { Waiting } from './waiting.js';

/** Why a command was refused, and by whom. */
export interface Refusal {
  /** As it was given; the client sees it as one line of printable ASCII. */
  readonly reason: string;
  /** The plugin that refused; undefined where no plugin was asked, because scamper could not have read the line. */
  readonly plugin: string | undefined;
  /** Its rule that decided, where it named one. */
  readonly rule?: string | undefined;
}

/** How scamper answered one command. */
export type CommandAnswer = Extract<Answer, { type: 'ok' | 'err' }>;

/** One result of an instance for one client. */
export interface CommandResult {
  readonly channel: ChannelView;
  /** Octets of uuencoded warts, about four for three of warts. */
  readonly length: number;
  /** The task it belongs to; undefined for old scampers, which do not say. */
  readonly id: number | undefined;
  /** True when more results of this task follow. */
  readonly inProgress: boolean;
  /** The command that began the task, while it is among the last {@link TASKS_KEPT}. */
  readonly command: Command | undefined;
}

/** Those who follow a dialogue. */
export interface DialogueListener {
  /** Whether commands are decided on at all; else every byte of the client passes as it is. */
  readonly decides: boolean;
  /** Whether results are wanted with their commands. */
  readonly followsTasks: boolean;
  decide(command: Command): Refusal | undefined;
  passed(command: Command): void;
  refused(command: Command, refusal: Refusal): void;
  answered(command: Command, answer: CommandAnswer): void;
  result(result: CommandResult): void;
}

/** Commands of one client that may wait for their answers at a time. scamper answers at once. */
export const COMMANDS_WAITING = 65_536;
/** Octets that the lines of these commands may have together. */
export const LINES_WAITING = 8_388_608;
/** Tasks of one client whose commands are remembered for their results. */
export const TASKS_KEPT = 1_024;

/** A command that waits for scamper's answer, or a refusal that waits for its turn. */
interface Turn {
  readonly command: Command;
  readonly refusal: Buffer | undefined;
}

/** A line for the client, put in where a message ends. */
interface Insertion {
  readonly at: number;
  readonly line: Buffer;
}

const NOTHING = Buffer.alloc(0);
const NEWLINE = Buffer.from('\n');
const TOO_LONG = `the command is longer than ${LINE_LIMIT} octets`;
const UNREADABLE = 'invalid character in the command';

/**
 * One client's conversation with scamper. scamper answers each line once and in order, so a command that is refused gets its one
 * ERR line when all the commands before it have their answers, between two messages. MORE is left alone: scamper
 * takes no credit back for a command that it refuses, and sends none after its own ERR either.
 */
export class Dialogue implements LineSink, AnswerSink {
  readonly #channel: ChannelView;
  readonly #listener: DialogueListener;
  readonly #lines = new LineSplitter();
  readonly #answers = new AnswerParser();
  readonly #turns = new Waiting<Turn>();
  #waitingOctets = 0;
  readonly #tasks = new Map<number, Command>();
  /** What of the bytes being pushed goes on to scamper, and whether that is all of them. */
  #forwarded: Buffer[] = [];
  #changed = false;
  #insertions: Insertion[] = [];

  constructor(channel: ChannelView, listener: DialogueListener) {
    this.#channel = channel;
    this.#listener = listener;
  }

  // ---- from the client

  /** @returns what goes on to scamper: nothing returned for all of it, as a `data` handler does */
  fromClient(bytes: Buffer): Uint8Array | undefined {
    this.#changed = this.#lines.unfinished;
    this.#lines.push(bytes, this);
    if (!this.#listener.decides) return undefined;
    const forwarded = this.#forwarded;
    this.#forwarded = [];
    if (!this.#changed && !this.#lines.unfinished) return undefined;
    return forwarded.length === 0 ? NOTHING : Buffer.concat(forwarded);
  }

  line(bytes: Buffer): void {
    if (bytes.length === 0) return this.#emptyLine();
    const end = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length;
    const command = new ClientCommand(this.#channel, bytes.toString('latin1', 0, end));
    if (!this.#listener.decides) return this.#await(command);
    // A NUL would hide the rest of the line from scamper; anything else unprintable makes it close the channel.
    const readable = /^[\x20-\x7e]+$/.test(command.line);
    const refusal = readable ? this.#listener.decide(command) : { reason: UNREADABLE, plugin: undefined };
    if (refusal !== undefined) return this.#refuse(command, refusal);
    this.#forwarded.push(bytes, NEWLINE);
    this.#await(command);
  }

  tooLong(beginning: Buffer): void {
    const command = new ClientCommand(this.#channel, beginning.toString('latin1'), false);
    if (this.#listener.decides) this.#refuse(command, { reason: TOO_LONG, plugin: undefined });
    else this.#await(command);
  }

  /** scamper does not answer it; should one do so some day, nobody's answer is mistaken for another's. */
  #emptyLine(): void {
    this.#changed = true;
  }

  #await(command: Command): void {
    this.#take({ command, refusal: undefined });
    this.#listener.passed(command);
  }

  #refuse(command: Command, refusal: Refusal): void {
    this.#changed = true;
    const line = refusalLine(refusal.reason, refusal.rule);
    if (this.#turns.size === 0 && this.#answers.atBoundary) this.#channel.send('toClient', line);
    else this.#take({ command, refusal: line });
    this.#listener.refused(command, refusal);
  }

  #take(turn: Turn): void {
    this.#turns.push(turn);
    this.#waitingOctets += turn.command.line.length;
    if (this.#turns.size <= COMMANDS_WAITING && this.#waitingOctets <= LINES_WAITING) return;
    throw new ScrError(sdkErrors.SCR_COMMANDS_WAITING, `${this.#channel.instance.name} channel ${this.#channel.id}`);
  }

  // ---- from scamper

  /** @returns what goes on to the client: nothing returned for exactly the bytes given, as a `data` handler does */
  fromInstance(bytes: Buffer): Uint8Array | undefined {
    this.#answers.push(bytes, this);
    return this.#insertions.length === 0 ? undefined : this.#withInsertions(bytes);
  }

  message(answer: Answer, end: number): void {
    if (answer.type === 'data') this.#result(answer);
    else if (answer.type === 'ok' || answer.type === 'err') this.#settle(answer);
    for (let turn = this.#turns.first; turn?.refusal !== undefined; turn = this.#turns.first) {
      this.#insertions.push({ at: end, line: turn.refusal });
      this.#shift();
    }
  }

  #settle(answer: CommandAnswer): void {
    if (this.#turns.first === undefined || this.#turns.first.refusal !== undefined) return;
    const command = this.#shift();
    if (command === undefined) return;
    if (answer.type === 'ok' && answer.id !== undefined && this.#listener.followsTasks)
      this.#remember(answer.id, command);
    this.#listener.answered(command, answer);
  }

  #shift(): Command | undefined {
    const command = this.#turns.shift()?.command;
    this.#waitingOctets -= command?.line.length ?? 0;
    return command;
  }

  #remember(id: number, command: Command): void {
    this.#tasks.set(id, command);
    if (this.#tasks.size <= TASKS_KEPT) return;
    for (const oldest of this.#tasks.keys()) {
      this.#tasks.delete(oldest);
      return;
    }
  }

  #result({ length, id, inProgress }: Extract<Answer, { type: 'data' }>): void {
    const command = id === undefined ? undefined : this.#tasks.get(id);
    if (id !== undefined && !inProgress) this.#tasks.delete(id);
    this.#listener.result({ channel: this.#channel, length, id, inProgress, command });
  }

  #withInsertions(bytes: Buffer): Buffer {
    const pieces: Buffer[] = [];
    let start = 0;
    for (const { at, line } of this.#insertions) {
      pieces.push(bytes.subarray(start, at), line);
      start = at;
    }
    this.#insertions = [];
    pieces.push(bytes.subarray(start));
    return Buffer.concat(pieces);
  }
}
