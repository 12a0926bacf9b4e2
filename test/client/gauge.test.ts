import { expect, test } from 'vitest';
import { Gauge, Share } from '../../client/gauge.js';

/** A gauge of 100 octets, and what it said of holding up. */
function start(): { gauge: Gauge; share: Share; held: boolean[] } {
  const held: boolean[] = [];
  const gauge = new Gauge(100, (on) => held.push(on));
  return { gauge, share: new Share(gauge), held };
}

test('holds up above its limit, once, until half of it is left', () => {
  const { share, held } = start();
  share.add(100);
  expect(held).toEqual([]);
  share.add(1);
  share.add(9);
  expect(held).toEqual([true]);
  share.remove(59);
  expect(held).toEqual([true]);
  share.remove(1);
  share.remove(1);
  expect(held).toEqual([true, false]);
});

test('what waits for a channel that ended counts no more, and is taken off once', () => {
  const { gauge, share, held } = start();
  share.add(60);
  share.remove(20);
  share.add(80);
  expect(held).toEqual([true]);
  share.end();
  expect(held).toEqual([true, false]);
  share.remove(70);
  new Share(gauge).add(100);
  expect(held).toEqual([true, false]);
  new Share(gauge).add(1);
  expect(held).toEqual([true, false, true]);
});
