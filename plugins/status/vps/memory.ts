import { Journal, type PluginController, ScrError, StateFolder, sdkErrors } from '../../../plugin-sdk/index.js';
import { HEADER, forgottenLine, lineOf, objectIn, textOf, toldIn } from './lines.js';
import type { Roll } from './roll.js';
import type { Reason, Vp } from './vp.js';

/** The file. */
const VPS = 'vps';

/** What was there when a controller ended without a word. */
const RESTARTED: Reason = { code: 'SCR_STOPPED', text: 'the controller was started again' };

/** Keeps in a file what is remembered of VPs. */
export interface Memory {
  note(vp: Vp): void;
  forget(key: string): void;
}

/** Nothing is kept over a restart. */
export const forgetful: Memory = { note: () => undefined, forget: () => undefined };

/** Loads the roll at the start, and writes down what changes. */
export function keepRoll(controller: PluginController<never>, roll: Roll, directory: string): Memory {
  const { clock, log } = controller;
  const folder = new StateFolder(directory);
  const contents = {
    get size() {
      return [...roll.all()].length;
    },
    text: () => textOf(HEADER) + [...roll.all()].map(lineOf).join(''),
  };
  const journal = new Journal(folder, VPS, contents, { log, clock });
  controller.hooks.start.tap({ place: 'first' }, async () => {
    await folder.prepare();
    const unlock = await folder.lock(controller, `${VPS}.lock`);
    try {
      await load();
    } catch (failure) {
      await unlock();
      throw failure;
    }
    return async () => {
      await journal.close();
      await unlock();
    };
  });

  async function load(): Promise<void> {
    const lines = (await folder.read(VPS)).split('\n');
    const torn = lines.pop() ?? ''; // it was being written at a crash
    const version = objectIn(lines[0] ?? '')?.['v'];
    if (version !== undefined && version !== HEADER.v) throw new ScrError(sdkErrors.SCR_STATE_FORM, folder.pathOf(VPS));
    const whole = version === undefined ? lines : lines.slice(1);
    const { vps, strange } = read(whole);
    if (strange > 0) await folder.tellOfDamage(log, VPS, strange);
    read([torn]).vps.forEach((vp, key) => vps.set(key, vp));
    const now = clock.date().getTime();
    for (const vp of vps.values()) roll.recall(vp, now, RESTARTED);
    await journal.open();
    log.info({ event: 'status.loaded', path: folder.pathOf(VPS), vps: vps.size }, `${vps.size} VPs are remembered`);
  }

  return {
    note: (vp) => journal.append(lineOf(vp)),
    forget: (key) => journal.append(forgottenLine(key)),
  };
}

function read(lines: readonly string[]): { readonly vps: Map<string, Vp>; readonly strange: number } {
  const vps = new Map<string, Vp>();
  let strange = 0;
  for (const line of lines) {
    const told = toldIn(line);
    if (told === undefined) strange++;
    else if ('vp' in told) vps.set(told.vp.key, told.vp);
    else vps.delete(told.forgotten);
  }
  return { vps, strange };
}
