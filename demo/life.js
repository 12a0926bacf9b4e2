import { setTimeout as wait } from 'node:timers/promises';

/** What the fleet of the demo does: vantage points lose their connections, most come back soon, some later as new ones. */

/** In milliseconds. */
const between = (random, least, most) => least + random() * (most - least);

/** One after another is cut off, from now on. */
export async function comeAndGo(vantagePoints, random) {
  const there = new Set(vantagePoints);
  for (;;) {
    await wait(between(random, 2_000, 6_000), undefined, { ref: false });
    const one = pick([...there], random);
    there.delete(one);
    one.cut();
    void away(one, random).then(() => there.add(one));
  }
}

/** Every fourth stays away until it is lost. */
async function away(one, random) {
  const [least, most] = random() < 0.25 ? [30_000, 90_000] : [4_000, 15_000];
  for (let isBack = false; !isBack;) {
    await wait(between(random, least, most), undefined, { ref: false });
    // The controller may end under it.
    isBack = await one.comeBack().then(
      () => true,
      () => false,
    );
  }
}

/** Clients measure now here, now there, from now on. @param measure runs commands on one of them */
export async function measureAlways(measure, random) {
  for (;;) {
    await wait(between(random, 100, 700), undefined, { ref: false });
    const commands = Array.from(
      { length: 1 + Math.floor(random() * 8) },
      (_, index) => `ping -c 1 192.0.2.${index + 1}`,
    );
    // The VP may go away meanwhile; then there is no answer.
    void measure(commands).catch(() => undefined);
  }
}

export function pick(all, random) {
  return all[Math.floor(random() * all.length)];
}

/** The same numbers from 0 to 1 in each demo. */
export function randomNumbers(seed = 1) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
