import { ScrError, inSeconds } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';

/** `30d`, or what the SDK reads. @returns milliseconds. @throws ScrError SCR_STATUS_REMEMBER */
export function remembered(text: string): number {
  const [, days] = /^(\d{1,4})d$/.exec(text) ?? [];
  const seconds = days === undefined ? inSeconds(text) : Number(days) * 86_400;
  if (seconds === undefined) throw new ScrError(errors.SCR_STATUS_REMEMBER, text);
  return seconds * 1_000;
}
