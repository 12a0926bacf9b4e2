import { brokenAnswer } from '../errors.js';
import { uudecode } from './uudecode.js';

/** What scamper says to a client, as whole messages. */
export type Answer =
  /** It has room for another command. */
  | { readonly type: 'more' }
  /** It took a command. `id` names the task; `halted` the task that a `halt` ended. */
  | { readonly type: 'ok'; readonly id: number | undefined; readonly halted: number | undefined }
  | { readonly type: 'err'; readonly text: string }
  /** Warts. Old scampers do not say of which task. `inProgress`: more of this task follows. */
  | { readonly type: 'data'; readonly id: number | undefined; readonly inProgress: boolean; readonly warts: Buffer };

type Data = Extract<Answer, { type: 'data' }>;
type Head = Omit<Data, 'warts'>;

/** What follows a DATA line. */
interface Body {
  readonly head: Head;
  /** Octets of uuencoded data. */
  readonly length: number;
}

/** Octets of a line; scamper's own are far shorter. */
const LINE_LIMIT = 1_024;
/** Octets of one result, uuencoded. The largest, of the command `sniff`, have some millions. */
const DATA_LIMIT = 33_554_432;

const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

/** Puts together what came in pieces. */
class Pieces {
  #pieces: Buffer[] = [];
  length = 0;

  add(piece: Buffer): void {
    this.#pieces.push(Buffer.from(piece));
    this.length += piece.length;
  }

  /** All of it and `last`, which is not copied when it stands alone. */
  with(last: Buffer): Buffer {
    const whole = this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.length = 0;
    return whole;
  }
}

/** Reads what scamper says out of a stream, wherever it is cut. */
export class AnswerReader {
  readonly #pieces = new Pieces();
  /** The body that is being read. */
  #data: Body | undefined;

  /** True in the middle of a message. */
  get unfinished(): boolean {
    return this.#data !== undefined || this.#pieces.length > 0;
  }

  /** @param bytes a view, valid during the call. @throws ClientError SCR_ANSWER_BROKEN */
  push(bytes: Buffer, take: (answer: Answer) => void): void {
    let rest = bytes;
    while (rest.length > 0)
      rest = this.#data === undefined ? this.#line(rest, take) : this.#body(this.#data, rest, take);
  }

  #line(bytes: Buffer, take: (answer: Answer) => void): Buffer {
    const end = bytes.indexOf(NEWLINE);
    const piece = end < 0 ? bytes : bytes.subarray(0, end);
    if (this.#pieces.length + piece.length > LINE_LIMIT) throw brokenAnswer('a line without an end');
    if (piece.some(isUnprintable)) throw brokenAnswer('a line that is no text');
    if (end < 0) {
      this.#pieces.add(piece);
      return NOTHING;
    }
    const line = this.#pieces.with(piece).toString('latin1');
    this.#data = bodyAfter(line);
    if (this.#data === undefined) take(answerIn(line));
    return bytes.subarray(end + 1);
  }

  #body({ head, length }: Body, bytes: Buffer, take: (answer: Answer) => void): Buffer {
    const piece = bytes.subarray(0, length - this.#pieces.length);
    if (this.#pieces.length + piece.length < length) {
      this.#pieces.add(piece);
      return NOTHING;
    }
    this.#data = undefined;
    take({ ...head, warts: uudecode(this.#pieces.with(piece)) });
    return bytes.subarray(piece.length);
  }
}

/** `DATA length`, `DATA length id-N`, `DATA length id-N inprog`; undefined for other lines. */
function bodyAfter(line: string): Body | undefined {
  const [, digits, id, inProgress] = /^DATA (\d{1,9})(?: id-(\d{1,10})( inprog)?)?$/.exec(line) ?? [];
  if (digits === undefined) return undefined;
  const length = Number(digits);
  if (length === 0 || length > DATA_LIMIT) throw brokenAnswer(shown(line));
  return { head: { type: 'data', id: numberIn(id), inProgress: inProgress !== undefined }, length };
}

function answerIn(line: string): Answer {
  if (line === 'MORE') return { type: 'more' };
  if (/^ERR( |$)/.test(line)) return { type: 'err', text: line.slice(4) };
  const [ok, id, halted] = /^OK(?: id-(\d{1,10})| halted (\d{1,10}))?$/.exec(line) ?? [];
  if (ok === undefined) throw brokenAnswer(shown(line));
  return { type: 'ok', id: numberIn(id), halted: numberIn(halted) };
}

function numberIn(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

function isUnprintable(octet: number): boolean {
  return octet < 0x20 || octet > 0x7e;
}

/** As much of it as a message may show. */
function shown(line: string): string {
  return JSON.stringify(line.slice(0, 60));
}
