import fc from 'fast-check';

/** Bytes and some way to cut them into reads. */
export function cutAnyhow(bytes: Buffer): fc.Arbitrary<Buffer[]> {
  const places = fc.array(fc.nat({ max: bytes.length }), { maxLength: 30 });
  return places.map((cuts) => {
    const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
    return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
  });
}

/** As a read brings them: in memory that is used again. */
export function pushEach(reads: readonly Buffer[], push: (chunk: Buffer) => void): void {
  const shared = Buffer.alloc(Math.max(1, ...reads.map((read) => read.length)));
  for (const read of reads) {
    shared.set(read);
    push(shared.subarray(0, read.length));
    shared.fill(0x21);
  }
}
