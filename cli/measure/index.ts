import { type VantagePoint, selector } from '../../client/index.js';
import { asCommand } from '../fleet/command.js';
import { exitCodes } from '../fleet/exit-codes.js';
import { Output } from '../fleet/output.js';
import { choose, reach, withoutReplaced } from '../fleet/reach.js';
import { Absences } from './absences.js';
import { atMost } from './at-most.js';
import { jsonLines, textLines } from './lines.js';
import { type Plan, measureOn } from './measure-on.js';
import { Progress } from './progress.js';
import { FolderSink, type Sink, fileWriter, joinedSink, lineSink } from './sinks.js';
import { type Wish, parse } from './wish.js';

/** Measures on many VPs at once. @param argv what follows `run` @returns the exit code */
export function measure(argv: readonly string[]): Promise<number> {
  return asCommand('run', async (stop) => {
    const wish = parse(argv);
    const output = new Output(stop);
    const fits = selector(wish.which);
    const fleet = await reach(wish.flags, stop);
    const changes = fleet.changes(); // from before the choice: nothing falls in between
    const vps = some(withoutReplaced(choose(fleet, fits)), wish.limit);
    const sinks = sinksFor(wish, vps, output);
    const progress = new Progress(vps.length, process.stdout.isTTY && wish.exact);
    const { commands, exact, timeout, atOnce = vps.length } = wish;
    const plan: Plan = { fleet, commands, sinks, exact, timeout, stop, progress };
    const absences = new Absences((line) => (stop.signal.aborted ? undefined : progress.tell(line)));
    void absences.follow(changes);
    await atMost(atOnce, vps, async (vp) => {
      if (!stop.signal.aborted) await absences.during(vp, () => measureOn(vp, plan));
    });
    fleet.close();
    // Who closed the output wants to hear nothing more.
    if (stop.code !== exitCodes.ok) progress.end(placeOf(wish));
    return progress.allAnswered ? exitCodes.ok : exitCodes.someFailed;
  });
}

/** So many of them at most, any, in the order in which they are given. */
function some<T>(items: readonly T[], most = items.length): T[] {
  const lots = items.map((item, place) => ({ item, place, lot: Math.random() }));
  const drawn = lots.sort((a, b) => a.lot - b.lot).slice(0, most);
  return drawn.sort((a, b) => a.place - b.place).map(({ item }) => item);
}

/** Where the results are; undefined where they were printed. */
function placeOf({ file, directory }: Wish): string | undefined {
  return file === '-' ? undefined : (file ?? directory);
}

function sinksFor(wish: Wish, vps: readonly VantagePoint[], output: Output): Sink[] {
  const sinks: Sink[] = [];
  if (wish.directory !== undefined) sinks.push(new FolderSink(wish.directory, vps));
  if (wish.file === '-') sinks.push(joinedSink((octets) => output.write(octets)));
  else if (wish.file !== undefined) sinks.push(joinedSink(fileWriter(wish.file)));
  if (wish.json) sinks.push(lineSink(output, jsonLines));
  return sinks.length > 0 ? sinks : [lineSink(output, textLines)];
}
