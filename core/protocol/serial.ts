/** Serial-number arithmetic modulo 2^32: sequence numbers wrap around. */

/** The number `count` steps after `sequence`. */
export function advance(sequence: number, count: number): number {
  return (sequence + count) >>> 0;
}

/** How far `later` is ahead of `earlier`, as a signed 32-bit difference. */
export function distance(earlier: number, later: number): number {
  return (later - earlier) | 0;
}
