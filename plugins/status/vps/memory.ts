import {
  Journal,
  type PluginController,
  ScrError,
  StateFolder,
  readState,
  sdkErrors,
  stateText,
} from '../../../plugin-sdk/index.js';
import { forgottenLine, lineOf, toldIn } from './lines.js';
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
      return roll.size;
    },
    text: () => stateText([...roll.all()].map(lineOf)),
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
    const { vps, strange } = read(await folder.read(VPS));
    if (strange === undefined) throw new ScrError(sdkErrors.SCR_STATE_FORM, folder.pathOf(VPS));
    if (strange > 0) await folder.tellOfDamage(log, VPS, strange);
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

/** @returns `strange` undefined where the file is of another version */
function read(text: string): { readonly vps: ReadonlyMap<string, Vp>; readonly strange: number | undefined } {
  const vps = new Map<string, Vp>();
  const strange = readState(text, (record) => {
    const told = toldIn(record);
    if (told === undefined) return false;
    if ('vp' in told) vps.set(told.vp.key, told.vp);
    else vps.delete(told.forgotten);
    return true;
  });
  return { vps, strange };
}
