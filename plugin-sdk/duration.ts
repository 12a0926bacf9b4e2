const SECONDS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
]);

/**
 * Reads a duration as it is written in options and flags: seconds (`900` or `'900'`), `'90s'`, `'15m'`, `'3h'`.
 * @returns whole seconds; undefined where it is none of these, or longer than can be counted
 */
export function inSeconds(duration: number | string): number | undefined {
  const [, count = '', unit = ''] = /^(\d+)([smh]?)$/.exec(String(duration)) ?? [];
  const each = SECONDS.get(unit);
  if (count === '' || each === undefined) return undefined;
  const seconds = Number(count) * each;
  return Number.isSafeInteger(seconds) ? seconds : undefined;
}
