import { brokenWarts } from '../errors.js';
import { CYCLE_DEFINITION, CYCLE_START, CYCLE_STOP, LIST, isResult, kindOf, recordsIn } from './records.js';

/** Where the body of a record begins. */
const BODY = 8;
/** Of a byte of flags: another one follows. */
const MORE_FLAGS = 0x80;
const HAS_LIST = 0x01;
const HAS_CYCLE = 0x02;

/** The numbers of one source in the joined file, by those that it has in its own. */
class Numbers {
  readonly #given = new Map<number, number>();

  give(own: number, joined: number): number {
    this.#given.set(own, joined);
    return joined;
  }

  /** @throws ClientError SCR_WARTS_BROKEN */
  of(own: number): number {
    const joined = this.#given.get(own);
    if (joined === undefined) throw brokenWarts(`list or cycle ${own} was not told before`);
    return joined;
  }
}

/** Lists and cycles of one source. */
interface Source {
  readonly lists: Numbers;
  readonly cycles: Numbers;
  /** What stood in front of its results when it was looked at last. */
  header: number;
}

/** What comes from one channel. */
interface Origin {
  readonly header: Buffer;
}

/**
 * Joins the warts of several channels into one file. Each counts its lists and cycles from one; in one file they must not meet, so
 * they are counted anew.
 */
export class WartsJoin {
  readonly #sources = new Map<Origin, Source>();
  #lists = 0;
  #cycles = 0;

  /** @returns the octets to write for these results of a channel, with its header where it is new. @throws ClientError SCR_WARTS_BROKEN */
  add(channel: Origin, results: Buffer): Buffer {
    const source = this.#sources.get(channel) ?? { lists: new Numbers(), cycles: new Numbers(), header: 0 };
    this.#sources.set(channel, source);
    const unseen = channel.header.subarray(source.header);
    source.header = channel.header.length;
    const records = [...recordsIn(unseen), ...recordsIn(results)];
    return Buffer.concat(records.map((record) => this.#renumbered(record, source)));
  }

  /** @returns the octets to write for what a channel ended with. It may not be added to any more. */
  end(channel: Origin, trailer: Buffer): Buffer {
    const last = this.add(channel, trailer);
    this.#sources.delete(channel);
    return last;
  }

  #renumbered(record: Buffer, source: Source): Buffer {
    const copy = Buffer.from(record);
    if (isResult(copy)) renumberResult(copy, source);
    else this.#renumberFrame(copy, source);
    return copy;
  }

  /** A list has its number; the beginning of a cycle its own and the list's; the end of a cycle its own. */
  #renumberFrame(record: Buffer, { lists, cycles }: Source): void {
    const kind = kindOf(record);
    if (kind === LIST) replace(record, BODY, (own) => lists.give(own, ++this.#lists));
    else if (kind === CYCLE_STOP) replace(record, BODY, (own) => cycles.of(own));
    else if (kind === CYCLE_START || kind === CYCLE_DEFINITION) {
      replace(record, BODY, (own) => cycles.give(own, ++this.#cycles));
      replace(record, BODY + 4, (own) => lists.of(own));
    } else throw brokenWarts(`records of kind ${kind} cannot be joined`);
  }
}

/** All kinds of results begin alike: flags, the length of the parameters, and of these first the list, then the cycle. */
function renumberResult(record: Buffer, { lists, cycles }: Source): void {
  const flags = record[BODY] ?? 0;
  let at = BODY;
  while (((record[at] ?? 0) & MORE_FLAGS) !== 0) at++;
  at += 3;
  if ((flags & HAS_LIST) !== 0) at = replace(record, at, (own) => lists.of(own));
  if ((flags & HAS_CYCLE) !== 0) replace(record, at, (own) => cycles.of(own));
}

/** Puts another number in the place of one. @returns where it ends */
function replace(record: Buffer, at: number, numberFor: (own: number) => number): number {
  if (record.length < at + 4) throw brokenWarts('a record is too short');
  record.writeUInt32BE(numberFor(record.readUInt32BE(at)), at);
  return at + 4;
}
