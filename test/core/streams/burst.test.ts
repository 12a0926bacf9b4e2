import { expect, test } from 'vitest';
import { Burst } from '../../../core/streams/burst.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Notes what it is given; the memory is not its own, so it copies. */
function reader(notes: string[], name: string) {
  return (chunk: Buffer) => void notes.push(`${name} ${chunk.toString('latin1')}`);
}

const piece = (text: string): Buffer => Buffer.from(text, 'latin1');

test('what one turn of the event loop brings from a stream is read at once, and not twice', async () => {
  const notes: string[] = [];
  const burst = new Burst();
  const read = reader(notes, 'a');
  for (const text of ['1', '23', '4']) burst.take(read, piece(text));
  expect(notes).toEqual([]);
  await turn();
  expect(notes).toEqual(['a 1234']);
  burst.take(read, piece('5'));
  await turn();
  await turn();
  expect(notes).toEqual(['a 1234', 'a 5']);
});

test('another stream has the one before read first', async () => {
  const notes: string[] = [];
  const burst = new Burst();
  const [a, b] = [reader(notes, 'a'), reader(notes, 'b')];
  burst.take(a, piece('1'));
  burst.take(b, piece('2'));
  expect(notes).toEqual(['a 1']);
  burst.take(a, piece('3'));
  await turn();
  expect(notes).toEqual(['a 1', 'b 2', 'a 3']);
});

test('more than one read of a socket can bring is read in parts, in order', async () => {
  const lengths: number[] = [];
  const bytes: Buffer[] = [];
  const burst = new Burst();
  const read = (chunk: Buffer): void => {
    lengths.push(chunk.length);
    bytes.push(Buffer.from(chunk));
  };
  const sent = Array.from({ length: 20 }, (_, index) => Buffer.alloc(16_384, index));
  sent.push(Buffer.alloc(200_000, 99), Buffer.from('end'));
  for (const each of sent) burst.take(read, each);
  await turn();
  expect(Buffer.concat(bytes).equals(Buffer.concat(sent))).toBe(true);
  expect(lengths).toEqual([131_072, 131_072, 65_536, 200_000, 3]);
});

test('what comes while a burst is being read does not overwrite it', async () => {
  const notes: string[] = [];
  const burst = new Burst();
  const note = reader(notes, 'a');
  let first = true;
  const read = (chunk: Buffer): void => {
    if (first) {
      first = false;
      burst.take(read, piece('new'));
    }
    note(chunk);
  };
  burst.take(read, piece('old'));
  burst.flush();
  await turn();
  expect(notes).toEqual(['a old', 'a new']);
});

test('a reader that fails does not spoil what comes after', async () => {
  const notes: string[] = [];
  const burst = new Burst();
  const fail = (): void => {
    throw new Error('broken');
  };
  burst.take(fail, piece('1'));
  expect(() => burst.flush()).toThrow('broken');
  burst.take(reader(notes, 'b'), piece('2'));
  await turn();
  expect(notes).toEqual(['b 2']);
});
