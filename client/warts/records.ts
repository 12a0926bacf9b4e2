import { brokenWarts } from '../errors.js';

/** Magic, type and length. */
const HEADER = 8;
const MAGIC = 0x1205;

/** The kinds of records that say what a file is about. All others are results. */
export const LIST = 1;
export const CYCLE_START = 2;
export const CYCLE_DEFINITION = 3;
export const CYCLE_STOP = 4;
const ADDRESS = 5;

/** The whole records that the octets are made of; views. @throws ClientError SCR_WARTS_BROKEN */
export function recordsIn(warts: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < warts.length;) {
    const length = warts.length - at < HEADER ? Infinity : HEADER + warts.readUInt32BE(at + 4);
    if (at + length > warts.length) throw brokenWarts('a record is cut off');
    if (warts.readUInt16BE(at) !== MAGIC) throw brokenWarts('a record does not begin with 1205');
    records.push(warts.subarray(at, at + length));
    at += length;
  }
  return records;
}

/** The kind of a record of {@link recordsIn}: 6 is a trace, 7 a ping. */
export function kindOf(record: Buffer): number {
  return record.readUInt16BE(2);
}

/** Whether a record is the outcome of a measurement. */
export function isResult(record: Buffer): boolean {
  const kind = kindOf(record);
  return kind < LIST || kind > ADDRESS;
}
