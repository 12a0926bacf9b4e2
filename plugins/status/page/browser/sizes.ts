/** Octets, for people: `1.2 MB`. */
export function sizeOf(octets: number): string {
  if (octets < 1_000) return `${Math.round(octets)} B`;
  if (octets < 1_000_000) return `${(octets / 1_000).toFixed(1)} kB`;
  return octets < 1e9 ? `${(octets / 1e6).toFixed(1)} MB` : `${(octets / 1e9).toFixed(1)} GB`;
}
