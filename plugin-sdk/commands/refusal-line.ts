/** docs/protocol.md [LINE-7]: a line put in by the controller stays under 128 octets, its newline counted, and is never empty. */
const LONGEST = 127;
const START = 'ERR ';
/** Of what is said of the rule. */
const LONGEST_RULE = 64;

/**
 * The line that tells a client that one command was refused, and by which rule: one line of printable ASCII, whatever they
 * hold. Of a long reason the end is left out.
 */
export function refusalLine(reason: string, rule?: string): Buffer {
  const by = rule === undefined ? '' : ` (rule ${printable(rule)})`.slice(0, LONGEST_RULE);
  const room = LONGEST - START.length - 1 - by.length;
  return Buffer.from(`${START}${printable(reason).slice(0, room) || 'refused'}${by}\n`, 'latin1');
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').trim();
}
