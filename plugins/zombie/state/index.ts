import {
  type Ending,
  type InstanceView,
  Journal,
  type PluginController,
  ScrError,
  StateFolder,
  sdkErrors,
} from '../../../plugin-sdk/index.js';
import { LONGEST } from '../longest.js';
import { Sessions } from './sessions.js';
import { wallSettings } from './wall.js';

/** How an instance ends that was refused, or could not be made reachable, before it was answered. */
const UNREACHED = 'SCR_INSTANCE_GONE';
/** The file. */
const SESSIONS = 'sessions';
/** Sessions whose time is up are forgotten so often, in milliseconds. */
const PRUNE_EVERY = 60_000;

/**
 * Keeps in a file which sessions there are, so that they go on after a restart of the controller.
 * @param keepFor how long those are kept that were connected at the end, in milliseconds
 */
export function keepSessions(controller: PluginController<never>, directory: string, keepFor: () => number): void {
  const { hooks, clock, log } = controller;
  const sessions = new Sessions();
  const folder = new StateFolder(directory);
  const path = folder.pathOf(SESSIONS);
  const journal = new Journal(folder, SESSIONS, sessions, { log, clock });
  const now = (): number => clock.date().getTime();

  const heedWall = followSessions(controller, sessions, {
    note: (line) => journal.append(line),
    noteAll: () => journal.rewrite(),
  });
  hooks.start.tap(async () => {
    await folder.prepare();
    const unlock = await folder.lock(controller, 'lock');
    try {
      await load();
    } catch (failure) {
      await unlock();
      throw failure;
    }
    const pruning = clock.every(PRUNE_EVERY, () => {
      heedWall();
      sessions.prune(now() - PRUNE_EVERY); // the last of them are being ended
    });
    return async () => {
      pruning.cancel();
      await journal.close();
      await unlock();
    };
  });

  async function load(): Promise<void> {
    const text = await folder.read(SESSIONS);
    heedWall(); // before there is anything to move: what a file says is the wall's time
    const strange = sessions.load(text, now() + keepFor());
    if (strange === undefined) throw new ScrError(sdkErrors.SCR_STATE_FORM, path);
    if (strange > 0) await folder.tellOfDamage(log, SESSIONS, strange);
    sessions.bound(now() + LONGEST * 1000); // where the file says later, the clock was wrong
    sessions.prune(now());
    await journal.open();
    const { size } = sessions;
    log.info(
      { event: 'zombie.loaded', path, sessions: size },
      `${size} ${size === 1 ? 'session' : 'sessions'} may go on`,
    );
  }
}

/** What is to be kept. */
interface Keeper {
  /** Given each line. */
  readonly note: (line: string) => void;
  /** All that was noted has changed. */
  readonly noteAll: () => void;
}

/**
 * Has the sessions keep up with what becomes of instances, and answers for them.
 * @returns what looks whether the clock on the wall was set; to be called now and then
 */
export function followSessions(
  controller: PluginController<never>,
  sessions: Sessions,
  { note, noteAll }: Keeper,
): () => void {
  const { hooks, clock, signal } = controller;
  const wasSet = wallSettings(clock);
  hooks.recall.tap(({ session }) => {
    heedWall();
    return sessions.recall(session, clock.date().getTime());
  });

  controller.observe('changed', ({ instance, from, to, why, keptUntil }) => {
    heedWall(); // until when it is kept has just been told, by the wall as it is now
    const { session, monitorName, since } = instance;
    if (to === 'connected') note(sessions.attached(session, monitorName, since.getTime()));
    else if (to === 'zombie' && keptUntil !== undefined) noteIfAny(sessions.lost(session, keptUntil.getTime()));
    else if (to === 'gone' && !comesBack(from, why)) noteIfAny(sessions.gone(session));
  });

  /** One that only could not be made reachable may come again; and who is let go at the stop is to come back. */
  function comesBack(from: InstanceView['state'], why: Ending | undefined): boolean {
    return signal.aborted || (from === 'pending' && why?.code === UNREACHED);
  }

  function heedWall(): void {
    const ms = wasSet();
    if (ms === 0) return;
    sessions.shift(ms);
    noteAll();
  }

  function noteIfAny(line: string | undefined): void {
    if (line !== undefined) note(line);
  }

  return heedWall;
}
