/** A line of a file of state: an object of JSON. What is no object says nothing. */
export type StateRecord = Readonly<Record<string, unknown>>;

/** What such files begin with. */
const HEADER = { v: 1 };

/** A record as a line. */
export function stateLine(record: object): string {
  return `${JSON.stringify(record)}\n`;
}

/** The whole of a file. */
export function stateText(lines: Iterable<string>): string {
  return stateLine(HEADER) + [...lines].join('');
}

/**
 * Reads a file of records. A line that was being written at a crash is taken where it makes sense, and no fault where it does not.
 * @param take is given each record, and tells whether it makes sense
 * @returns how many lines made none; undefined where the file is of another version: nothing was taken then
 */
export function readState(text: string, take: (record: StateRecord) => boolean): number | undefined {
  const lines = text.split('\n');
  const torn = lines.pop() ?? ''; // behind the last end of a line
  const version = recordIn(lines[0] ?? '')['v'];
  if (version !== undefined && version !== HEADER.v) return undefined;
  const whole = version === undefined ? lines : lines.slice(1);
  const strange = whole.filter((line) => !take(recordIn(line))).length;
  take(recordIn(torn));
  return strange;
}

function recordIn(line: string): StateRecord {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Whether it is a time in milliseconds since 1970 that a calendar has. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
}
