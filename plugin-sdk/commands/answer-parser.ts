/** What scamper says to a client, as whole messages. */
export type Answer =
  /** It has room for another command. */
  | { readonly type: 'more' }
  /** It took a command. `id` names the task; `halted` the task that a `halt` ended. */
  | { readonly type: 'ok'; readonly id: number | undefined; readonly halted: number | undefined }
  /** It did not take a command. */
  | { readonly type: 'err'; readonly text: string }
  /** A result: `length` octets of uuencoded warts. Old scampers do not say of which task. */
  | { readonly type: 'data'; readonly length: number; readonly id: number | undefined; readonly inProgress: boolean }
  /** A line of another kind. */
  | { readonly type: 'other' };

/** Takes what an {@link AnswerParser} finds, in order. */
export interface AnswerSink {
  /**
   * A whole message has passed, for DATA its body too.
   * @param end where the next message begins, as an offset into the bytes that were pushed
   */
  message(answer: Answer, end: number): void;
}

/** Octets of a line that are looked at; scamper's own lines are far shorter. A longer line is of type `other`. */
const LINE_KEPT = 512;

const NEWLINE = 0x0a;
/** What the lines begin with that are told apart. */
const INITIALS = 'DEMO';
/** Stands for any other line: most bytes are not worth keeping. */
const FOREIGN = '?';
const MORE: Answer = { type: 'more' };
const OTHER: Answer = { type: 'other' };

/**
 * Reads scamper's side of the conversation with one client, whatever the reads. Bodies are counted, not looked at, and nothing
 * is held but the beginning of an unfinished line: the bytes themselves pass by.
 */
export class AnswerParser {
  /** Octets of the body that are still to come. */
  #body = 0;
  #data: Answer | undefined;
  /** The beginning of an unfinished line; undefined between lines. */
  #line: string | undefined;

  /** True when the next byte begins a new message. */
  get atBoundary(): boolean {
    return this.#data === undefined && this.#line === undefined;
  }

  push(chunk: Buffer, sink: AnswerSink): void {
    let at = 0;
    while (at < chunk.length)
      at = this.#data === undefined ? this.#readLine(chunk, at, sink) : this.#skipBody(chunk, at, sink);
  }

  #skipBody(chunk: Buffer, at: number, sink: AnswerSink): number {
    const taken = Math.min(this.#body, chunk.length - at);
    this.#body -= taken;
    if (this.#body === 0) this.#endBody(at + taken, sink);
    return at + taken;
  }

  #endBody(end: number, sink: AnswerSink): void {
    const data = this.#data ?? OTHER;
    this.#data = undefined;
    sink.message(data, end);
  }

  #readLine(chunk: Buffer, at: number, sink: AnswerSink): number {
    const newline = chunk.indexOf(NEWLINE, at);
    const end = newline < 0 ? chunk.length : newline;
    const line = this.#lineWith(chunk, at, end);
    if (newline < 0) {
      this.#line = line;
      return end;
    }
    this.#line = undefined;
    const answer = answerIn(line);
    if (answer.type === 'data' && answer.length > 0) {
      this.#data = answer;
      this.#body = answer.length;
    } else {
      sink.message(answer, end + 1);
    }
    return end + 1;
  }

  #lineWith(chunk: Buffer, start: number, end: number): string {
    const before = this.#line ?? '';
    if (!INITIALS.includes(before.charAt(0) || String.fromCharCode(chunk[start] ?? 0))) return FOREIGN;
    // One octet too many is kept, so that a line which is too long shows.
    const room = LINE_KEPT + 1 - before.length;
    return room <= 0 ? before : before + chunk.toString('latin1', start, Math.min(end, start + room));
  }
}

function answerIn(line: string): Answer {
  if (line.length > LINE_KEPT) return OTHER;
  if (line.startsWith('DATA ')) return dataIn(line);
  if (line === 'MORE') return MORE;
  if (line === 'OK' || line.startsWith('OK ')) return okIn(line);
  if (line === 'ERR' || line.startsWith('ERR ')) return { type: 'err', text: line.slice(4) };
  return OTHER;
}

function dataIn(line: string): Answer {
  const [, length, id, inProgress] = /^DATA (\d{1,15})(?: id-(\d{1,15})( inprog)?)?$/.exec(line) ?? [];
  if (length === undefined) return OTHER;
  return { type: 'data', length: Number(length), id: numberIn(id), inProgress: inProgress !== undefined };
}

function okIn(line: string): Answer {
  const [, id] = /^OK id-(\d{1,15})$/.exec(line) ?? [];
  const [, halted] = /^OK halted (\d{1,15})$/.exec(line) ?? [];
  return { type: 'ok', id: numberIn(id), halted: numberIn(halted) };
}

function numberIn(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
