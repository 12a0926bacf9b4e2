import { expect, test } from 'vitest';
import type { LoadInstance } from '../../bench/load/instance.js';
import { RealController } from './support/controller.js';
import { Reader, sendPatterns } from './support/patterns.js';

/** Gigabytes; `READS=10 npx vitest run patterned-reads` is the long form. */
const GIGABYTES = Number(process.env['READS'] ?? 0.05);
const INSTANCES = 6;
const CLIENTS = 5;
/** All that can happen to what waits: it is pinned, copied, holds up the instance. Nobody is dropped for it. */
const limits = { clientBuffer: 65_536, sharedStall: 86_400, clientStall: 86_400 };

async function readersOf(controller: RealController, instance: LoadInstance): Promise<Reader[]> {
  const readers: Reader[] = [];
  for (let channel = 1; channel <= CLIENTS; channel++) {
    readers.push(new Reader(await controller.client(instance), channel));
  }
  return readers;
}

test(
  'no octet of one channel is ever in another, though all reads share their memory and clients pause',
  async () => {
    const controller = await RealController.start(limits);
    const all: Reader[] = [];
    for (let index = 0; index < INSTANCES; index++) {
      const instance = await controller.attach();
      const readers = await readersOf(controller, instance);
      all.push(...readers);
      sendPatterns(instance, readers, (GIGABYTES * 1e9) / INSTANCES);
    }
    const isOver = (): boolean => all.every(({ got, sent, wrongAt }) => got >= sent || wrongAt !== undefined);
    await controller.until(isOver);
    expect(all.filter(({ wrongAt }) => wrongAt !== undefined)).toEqual([]);
    expect(all.map(({ got }) => got)).toEqual(all.map(({ sent }) => sent));
    expect(all.reduce((total, { got }) => total + got, 0)).toBeGreaterThanOrEqual(GIGABYTES * 1e9);
  },
  Math.max(20_000, GIGABYTES * 600_000),
);
