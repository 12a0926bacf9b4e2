/** docs/protocol.md [LINE-7]: a line put in by the controller stays under 128 octets, its newline counted, and is never empty. */
const LONGEST = 127;
const START = 'ERR ';

/** The line that tells a client that one command was refused: one line of printable ASCII, whatever the reason holds. */
export function refusalLine(reason: string): Buffer {
  const text = reason
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, LONGEST - START.length - 1);
  return Buffer.from(`${START}${text === '' ? 'refused' : text}\n`, 'latin1');
}
