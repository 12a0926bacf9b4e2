import { type LogControl, type LogWish, logLevels } from '../../plugin-sdk/index.js';

const LONGEST = 7 * 86_400;

/** Sets the level of the log, where the wish is one. */
export function setLog(
  control: LogControl | undefined,
  wish: unknown,
): { readonly level: LogWish } | { readonly wrong: string } {
  if (control === undefined) return { wrong: 'the level of this log cannot be set' };
  const { level, seconds, instance } = fieldsOf(wish);
  if (!isLevel(level)) return { wrong: `level: ${logLevels.join(', ')}` };
  if (seconds !== undefined && !(Number.isInteger(seconds) && Number(seconds) > 0 && Number(seconds) <= LONGEST)) {
    return { wrong: `seconds: 1 to ${LONGEST}` };
  }
  if (instance !== undefined && (typeof instance !== 'string' || instance === ''))
    return { wrong: 'instance: a pattern' };
  const set: LogWish = {
    level,
    ...(seconds !== undefined && { seconds: Number(seconds) }),
    ...(instance !== undefined && { instance }),
  };
  control.set(set);
  return { level: set };
}

function fieldsOf(wish: unknown): Partial<Record<keyof LogWish, unknown>> {
  return typeof wish === 'object' && wish !== null ? wish : {};
}

function isLevel(value: unknown): value is LogWish['level'] {
  return logLevels.some((level) => level === value);
}
