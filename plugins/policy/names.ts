/**
 * What tells whether a monitor name fits one of the patterns, in which `*` stands for any characters. An instance without a name
 * fits `*` only.
 */
export function namesLike(patterns: readonly string[]): (monitorName: string | undefined) => boolean {
  return (monitorName) =>
    patterns.some((pattern) => pattern === '*' || (monitorName !== undefined && fits(pattern, monitorName)));
}

/** No regular expression: remote scampers choose the name, and a pattern with many `*` could be slow without bound. */
function fits(pattern: string, name: string): boolean {
  const [start = '', ...parts] = pattern.split('*');
  const end = parts.pop();
  if (end === undefined) return name === start;
  if (name.length < start.length + end.length || !name.startsWith(start) || !name.endsWith(end)) return false;
  const middle = name.slice(start.length, name.length - end.length);
  let from = 0;
  for (const part of parts) {
    const at = middle.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}
