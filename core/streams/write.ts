import type { Duplex } from 'node:stream';

/** Up to so many octets are copied together: cheaper than a vector of small pieces. */
const SMALL = 2_048;

/** Small pieces as one; pieces that are not small as they are. */
export function joined(pieces: readonly Buffer[]): readonly Buffer[] {
  if (pieces.length === 1) return pieces;
  const octets = pieces.reduce((sum, { length }) => sum + length, 0);
  return octets <= SMALL ? [Buffer.concat(pieces, octets)] : pieces;
}

/** Writes several pieces with at most one system call. @param written is called when the last of them has gone */
export function writeTogether(stream: Duplex, pieces: readonly Buffer[], written?: () => void): void {
  const last = pieces.length - 1;
  if (last > 0) stream.cork();
  pieces.forEach((piece, index) => stream.write(piece, index === last ? written : undefined));
  if (last > 0) stream.uncork();
}
