import { expect, test } from 'vitest';
import { BLOCK, Gather } from '../../../core/relay/gather.js';

const zeros = Buffer.alloc(BLOCK / 4);
const ones = Buffer.alloc(BLOCK / 4, 1);

/** A read that fills blocks, and is written at once. */
function readAndWritten(gather: Gather, bytes: Buffer): void {
  gather.begin();
  gather.append(bytes, 0, bytes.length);
  gather.pinRecent(); // another client, which takes nothing: no block is emptied
  gather.end();
}

test('a block that is pinned anew by the read that left it stays as it is, though its last pin goes first', () => {
  const gather = new Gather();
  gather.begin();
  gather.append(zeros, 0, zeros.length);
  const [pinned] = gather.pinRecent();
  gather.end();
  if (pinned === undefined) throw new Error('nothing is pinned');

  gather.begin();
  for (let count = 0; count < 3; count++) gather.append(zeros, 0, zeros.length); // full
  gather.append(zeros, 0, zeros.length); // the next block
  gather.unpin(pinned); // the write of the read before has gone through
  expect(gather.pinRecent().includes(pinned)).toBe(true);
  gather.end();

  for (let count = 0; count < 12; count++) readAndWritten(gather, ones);
  expect(pinned.bytes.includes(1)).toBe(false);
});

test('a block whose last write has gone through is used again', () => {
  const gather = new Gather();
  const first = gather.block;
  gather.begin();
  for (let count = 0; count < 4; count++) gather.append(zeros, 0, zeros.length);
  gather.pinRecent();
  gather.end();
  gather.begin();
  gather.append(zeros, 0, zeros.length);
  gather.pinRecent();
  gather.end();
  gather.unpin(first);
  gather.unpin(first); // both reads pinned it
  for (let count = 0; count < 4; count++) readAndWritten(gather, ones);
  expect(gather.block === first).toBe(true);
});
