import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type SimScamper, settle, silent, startBench } from '../../../testing/index.js';

/** Numbers that look random and are the same each time. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What a channel carries: each octet tells its channel and its place. */
function patterned(channel: number, from: number, length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_each, index) => (channel * 61 + (from + index) * 7) & 0xff));
}

/** A kernel socket as the relay sees it, which takes the bytes of a write late, as a full one does, and tells of it later still. */
class LateSocket extends Socket {
  readonly taken: Buffer[] = [];
  /** What has not gone through, with what takes it. */
  readonly untaken: (() => void)[] = [];
  constructor(readonly random: () => number) {
    super();
  }
  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#take([chunk], done);
  }
  #take(chunks: Buffer[], done: () => void): void {
    const take = (): void => {
      for (const chunk of chunks) this.taken.push(Buffer.from(chunk));
      done(); // the stream's own callbacks come a turn later
    };
    if (this.random() < 0.4) take();
    else this.untaken.push(take);
  }
  override _read(): void {
    // the client says nothing
  }
}

/** Has all frames of a task arrive in one read. */
function together(scamper: SimScamper, task: () => void): void {
  const frames: Uint8Array[] = [];
  scamper.raw = (bytes) => void frames.push(bytes);
  task();
  Reflect.deleteProperty(scamper, 'raw');
  scamper.raw(Buffer.concat(frames));
}

test('memory of a write that has not gone through is not filled anew, in whichever order callbacks come', async () => {
  const random = pseudoRandom(7);
  await using bench = await startBench([], { limits: { clientBuffer: 16_777_216 } });
  const scamper = await bench.attach({ script: silent });
  const sockets = Array.from({ length: 24 }, () => new LateSocket(random));
  for (const socket of sockets) bench.instance().connect(socket);
  await settle();
  const sent = sockets.map(() => 0);
  for (let round = 0; round < 300; round++) {
    together(scamper, () => {
      for (let frames = Math.floor(random() * 4); frames >= 0; frames--) {
        const index = Math.floor(random() * sockets.length);
        const length = 1 + Math.floor(random() * 32_000);
        scamper.send(index + 1, patterned(index, sent[index] ?? 0, length));
        sent[index] = (sent[index] ?? 0) + length;
      }
    });
    if (random() < 0.9) sockets[Math.floor(random() * sockets.length)]?.untaken.shift()?.();
    if (random() < 0.6) await settle(1);
  }
  const received = (index: number): number => sockets[index]?.taken.reduce((sum, { length }) => sum + length, 0) ?? 0;
  await expect
    .poll(
      () => {
        for (const { untaken } of sockets) untaken.shift()?.();
        return sockets.map((_socket, index) => received(index));
      },
      { interval: 0, timeout: 8_000 },
    )
    .toEqual(sent);
  for (const [index, { taken }] of sockets.entries()) {
    expect(Buffer.concat(taken).equals(patterned(index, 0, sent[index] ?? 0)), `channel ${index + 1}`).toBe(true);
  }
});
