import { brokenAnswer } from '../errors.js';

const NEWLINE = 0x0a;
/** The digits are the 64 characters from the space on; the one behind them, the backtick, is zero too. */
const FIRST = 0x20;
const LAST = 0x60;

/** What uuencoded lines stand for, up to the line of length zero that must end them. @throws ClientError SCR_ANSWER_BROKEN */
export function uudecode(text: Buffer): Buffer {
  const decoded = Buffer.allocUnsafe(Math.ceil(text.length / 4) * 3);
  let length = 0;
  for (let at = 0; ;) {
    const count = digit(text, at);
    const end = at + 1 + Math.ceil(count / 3) * 4;
    if (text[end] !== NEWLINE) throw brokenAnswer('a line of uuencoded data has the wrong length');
    if (count === 0) {
      if (end + 1 !== text.length) throw brokenAnswer('uuencoded data ends early');
      return decoded.subarray(0, length);
    }
    decodeLine(text, at + 1, end, decoded, length);
    length += count;
    at = end + 1;
  }
}

/** Four digits are three octets; those too many at the end are written over by the next line. */
function decodeLine(text: Buffer, start: number, end: number, decoded: Buffer, to: number): void {
  for (let at = start, out = to; at < end; at += 4, out += 3) {
    const bits =
      (digit(text, at) << 18) | (digit(text, at + 1) << 12) | (digit(text, at + 2) << 6) | digit(text, at + 3);
    decoded[out] = bits >> 16;
    decoded[out + 1] = bits >> 8;
    decoded[out + 2] = bits;
  }
}

function digit(text: Buffer, at: number): number {
  const character = text[at] ?? 0;
  if (character < FIRST || character > LAST)
    throw brokenAnswer('uuencoded data has a character that does not belong there');
  return (character - FIRST) & 63;
}
