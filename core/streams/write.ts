import type { Duplex } from 'node:stream';

/** Writes several pieces with at most one system call. @param written is called when the last of them has gone */
export function writeTogether(stream: Duplex, pieces: readonly Buffer[], written?: () => void): void {
  const last = pieces.length - 1;
  if (last > 0) stream.cork();
  pieces.forEach((piece, index) => stream.write(piece, index === last ? written : undefined));
  if (last > 0) stream.uncork();
}
