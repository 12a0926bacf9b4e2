import { type Found, shown } from './facts.js';

const NEWLINE = 0x0a;
/** Octets of a line; what is longer holds nothing that is taken. */
const LINE_LIMIT = 4096;
const PARTS = /^([^ \t]+)(?:[ \t]+([^ \t]+)(?:[ \t]+([^]+))?)?$/;

/** The form that the C sc_remoted knows: `monitor-name attribute value`, one a line. */
export function* readText(bytes: Buffer): Generator<Found> {
  let line = 0;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    line++;
    // Each line is made a text of its own: parts of one large text would keep all of it in memory.
    const found = end - start > LINE_LIMIT ? tooLong(line) : foundIn(bytes.toString('utf8', start, end).trim(), line);
    if (found !== undefined) yield found;
    start = end + 1;
  }
}

function tooLong(line: number): Found {
  return { line, wrong: `it is longer than ${LINE_LIMIT} bytes` };
}

function foundIn(text: string, line: number): Found | undefined {
  if (text === '' || text.startsWith('#')) return undefined;
  const [, name = '', attribute, value] = PARTS.exec(text) ?? [];
  if (attribute === undefined) return { line, wrong: `behind ${shown(name)}, an attribute and its value are missing` };
  if (value === undefined) return { line, wrong: `${shown(attribute)} has no value` };
  return { line, name, attribute, value };
}
