const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Why a connection ended. */
const reasons = [
  ['SCR_INSTANCE_ENDED', 'the instance closed the connection'],
  ['SCR_INSTANCE_SILENT', 'nothing was heard from the instance for too long'],
  ['SCR_INSTANCE_GONE', 'it did not come back in time'],
];

/**
 * What the plugin `status` remembers of the day before the demo, made up: the file `vps` in its directory.
 * @param random a number from 0 to 1
 */
export function yesterday(names, now, random) {
  return [{ v: 1 }, ...names.map((name) => remembered(name, now, random))]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

function remembered(name, now, random) {
  const turns = [[now - 2 * DAY, 'connected'], ...outages(now, random)];
  const [code, why] = reasons[Math.floor(random() * reasons.length)];
  const [since] = turns.at(-1);
  const back = turns.filter(([, state]) => state === 'connected').length - 1;
  return { k: name, named: true, s: 'lost', at: since, first: now - 20 * DAY, last: since, code, why, back, turns };
}

/** Most have none but the last, a moment ago. */
function outages(now, random) {
  const many = random() < 0.6 ? 0 : 1 + Math.floor(random() * 4);
  const begins = Array.from({ length: many }, () => now - (1 + random() * 22) * HOUR).sort((a, b) => a - b);
  const past = begins.flatMap((begin, index) => {
    const end = Math.min(begin + (2 + random() * 90) * MINUTE, (begins[index + 1] ?? now) - MINUTE);
    return end > begin
      ? [
          [begin, 'away'],
          [begin + (end - begin) / 3, 'lost'],
          [end, 'connected'],
        ]
      : [];
  });
  return [...past, [now - MINUTE, 'lost']].map(([at, state]) => [Math.round(at), state]);
}
