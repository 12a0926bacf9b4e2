import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { knowing } from './support.js';

const MEBIBYTE = 2 ** 20;

/** Bytes of the heap that are in use when all that nobody needs is gone. */
function inUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

test('what is known of a VP does not keep the file in memory that it came from', async () => {
  const known = await knowing('', { file: 'vps.yaml' });
  const names = Array.from({ length: 16 }, (_each, index) => `vp-${index}`);
  const places = new Map(names.map((name) => [name, 'nowhere at all']));
  const filler = `# ${'x'.repeat(MEBIBYTE - 4096)}\n`;
  const before = inUse();
  // Each reload changes one VP, and all others stay the objects that they were.
  for (const changed of names) {
    places.set(changed, `${changed}, somewhere else`);
    known.write(filler + [...places].map(([name, place]) => `${name}: { place: '${place}' }\n`).join(''));
    await known.reload();
  }
  expect(known.of('vp-15')?.place).toBe('vp-15, somewhere else');
  expect(inUse() - before).toBeLessThan(8 * MEBIBYTE);
});
