import type { VantagePoint } from '../../client/index.js';

/** Octets of a name; with what is added to it, a file system takes it. */
const LONGEST = 200;
const SAFE = /^[\w.:@-]$/;

/** A name as a file can have it: no slash, no control character, not hidden, not an option; other octets as `%2F`. */
function safe(name: string): string {
  const octets = [...Buffer.from(name)].map((octet, index) => {
    const text = String.fromCharCode(octet);
    const begins = index === 0 && /[.-]/.test(text);
    return SAFE.test(text) && !begins ? text : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return octets.join('').slice(0, LONGEST);
}

/** A file name for each VP, by its number. Those of one name get their number as well, also where a file system ignores case. */
export function fileNames(vps: readonly VantagePoint[]): Map<number, string> {
  const names = vps.map(({ id, name }) => ({ id, name: safe(name) }));
  const count = new Map<string, number>();
  for (const { name } of names) count.set(name.toLowerCase(), (count.get(name.toLowerCase()) ?? 0) + 1);
  const isOnly = (name: string): boolean => count.get(name.toLowerCase()) === 1;
  return new Map(names.map(({ id, name }) => [id, isOnly(name) ? `${name}.warts` : `${name}~${id}.warts`]));
}
