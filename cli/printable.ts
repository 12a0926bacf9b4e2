/** Characters that a terminal may obey, but for the tab and the end of the line. */
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

/**
 * The text with each control character told by its number: what a peer, a file or a path says must not steer a terminal.
 * @param escape what stands before the number
 */
export function printable(text: string, escape = '\\u'): string {
  return text.replace(CONTROLS, (character) => escape + character.charCodeAt(0).toString(16).padStart(4, '0'));
}

/** The same, where the end of a line or a tab would look like another line or column. */
export function inOneLine(text: string): string {
  return printable(text.replaceAll('\t', '\\u0009').replaceAll('\n', '\\u000a'));
}

/** A line of JSON: it escapes the control characters up to U+001F only. */
export function jsonLine(value: object): string {
  return `${printable(JSON.stringify(value))}\n`;
}
