import { tellingAll } from '../config/problems.js';
import { ScrError, errors, reasonOf } from '../core/contract/errors.js';
import type { Limits } from '../core/contract/limits.js';
import type { Controller } from '../core/controller.js';
import { errorFields } from '../core/contract/logger.js';
import { ConfigurationError } from '../core/plugins/load.js';
import { createController } from '../index.js';
import { logControl } from '../plugin-sdk/index.js';
import type { Starter } from './daemon.js';
import { statusLine } from '../plugin-sdk/index.js';
import { Reserve } from './descriptors/reserve.js';
import { watchDescriptors } from './descriptors/watch.js';
import { cliErrors } from './errors.js';
import type { Flags } from './flags.js';
import { type Log, openLog } from './log.js';
import { checkPidFile, writePidFile } from './pid-file.js';
import { printable } from './printable.js';
import { ServiceManager } from './service-manager/index.js';
import { type Settings, resolveSettings } from './settings.js';
import { takeSignals } from './signals.js';
import { version } from './version.js';

/** Where the process stood when it was started; a daemon stays there. */
const cwd = process.cwd();

/** What a person reads about a failure: one line, or one for each mistake of a configuration. */
export function explain(failure: unknown): string {
  if (failure instanceof ConfigurationError) {
    return [`${errors.SCR_CONFIG_INVALID.code}: fix these:`, ...failure.problems].join('\n  ');
  }
  if (failure instanceof ScrError) return failure.explain();
  return `${errors.SCR_INTERNAL.code}: ${failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}`;
}

/** The same in a line of the log, which has the code and the remedy in fields of their own. */
function summary(failure: unknown): string {
  return failure instanceof ConfigurationError ? failure.problems.join(' ') : reasonOf(failure);
}

interface Prepared {
  readonly controller: Controller;
  readonly settings: Settings;
  readonly manager: ServiceManager;
}

async function prepare(flags: Flags, log: Log, starter: Starter): Promise<Prepared> {
  const settings = await resolveSettings(flags, cwd);
  const { plugins, limits, problems, directory, file } = settings;
  const options = {
    plugins,
    limits,
    directory,
    label: file ?? 'command line',
    logger: log.logger,
    prompt: starter.prompt,
    services: [{ service: logControl, implementation: log.level }],
    about: { version, node: process.version, uid: process.getuid?.() }, // each line tells the process ID
  };
  const controller = await tellingAll(problems, () => createController(options));
  warnOfIdleFlag(flags, controller, log);
  const manager = new ServiceManager(() => controller.use(statusLine)?.(), log.logger);
  return { controller, settings, manager };
}

/** Whoever gives the flag thinks that certificates are looked at. */
function warnOfIdleFlag({ tailor }: Flags, { plugins }: Controller, { logger }: Log): void {
  const tls = plugins.find(({ name }) => name === 'tls')?.options as { readonly ca?: string } | undefined;
  if (!tailor.includes('skipnameverification') || tls?.ca !== undefined) return;
  logger.warn(
    { event: 'option.skipnameverification' },
    '-O skipnameverification changes nothing: no client certificates are required',
  );
}

/** Prints what would run. @returns the exit code */
export async function checkConfig(flags: Flags, starter: Starter): Promise<number> {
  try {
    const log = openLog({ ...flags, tailor: [] }, starter.person);
    const { controller, settings } = await prepare(flags, log, starter);
    const lines = controller.plugins.map(
      ({ name, version, source, options }, index) =>
        `  ${index + 1}. ${name}${version === undefined ? '' : ` ${version}`} (${source}) ${JSON.stringify(options)}`,
    );
    const file = settings.file ?? 'none, the defaults are used';
    const limits = JSON.stringify(controller.limits);
    const told = `configuration file: ${file}\nplugins, in order:\n${lines.join('\n')}\nlimits: ${limits}\n`;
    process.stdout.write(printable(told));
    return 0;
  } catch (failure) {
    await starter.failed(explain(failure));
    return 1;
  }
}

/** Runs the controller until it is told to stop. @returns the exit code */
export async function run(flags: Flags, starter: Starter): Promise<number> {
  let log: Log | undefined;
  try {
    log = openLog(flags, starter.person);
    survive(log);
    void watchDescriptors(log.logger);
    const reserve = new Reserve();
    const onHangup = listen(log, reserve);
    const prepared = await prepare(flags, log, starter);
    await serve(prepared, flags, log, starter, onHangup);
    await prepared.manager.settled();
    return 0;
  } catch (failure) {
    const fields = { event: 'start.failed', ...errorFields(failure) };
    if (flags.logFile !== undefined) log?.logger.error(fields, summary(failure));
    await starter.failed(explain(failure));
    return 1;
  }
}

/** From start to stop. Rejects with what kept the controller from starting. */
async function serve(prepared: Prepared, flags: Flags, log: Log, starter: Starter, onHangup: OnHangup): Promise<void> {
  const { controller, manager } = prepared;
  let removePidFile = (): void => undefined;
  const stopped = untilTold(prepared, log, () => removePidFile());
  try {
    if (flags.pidFile !== undefined) checkPidFile(flags.pidFile);
    if (flags.tailor.includes('select')) {
      log.logger.info({ event: 'option.select' }, "-O select: the platform's own poller is always used");
    }
    // Told to stop while starting: a plugin that is still busy is not waited for.
    const starting = Promise.race([controller.start(), stopped]);
    await starting;
    if (controller.state !== 'running') return;
    onHangup(() => manager.whileReloading(() => reload(prepared, flags, log)));
    if (flags.pidFile !== undefined) removePidFile = writePidFile(flags.pidFile);
    starter.ready();
    manager.started();
    await stopped;
  } catch (failure) {
    await controller.stop();
    const toldToStop = failure instanceof ScrError && failure.code === errors.SCR_STOPPED.code;
    if (!toldToStop) throw failure;
  } finally {
    removePidFile();
  }
}

/** Resolves when the controller has stopped after SIGINT, SIGTERM or SIGQUIT; a second SIGINT ends the process at once. */
function untilTold({ controller, manager }: Prepared, { logger }: Log, lastThing: () => void): Promise<void> {
  return new Promise((resolve) => {
    let told = false;
    const stop = (signal: NodeJS.Signals): void => {
      const fields = { event: 'signal.stop', signal };
      if (told && signal === 'SIGINT') {
        logger.info(fields, 'told to stop again by SIGINT: ends at once');
        lastThing();
        process.exit(130);
      }
      if (told) return;
      told = true;
      logger.info(fields, `told to stop by ${signal}`);
      manager.stopping();
      void controller.stop().then(resolve);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const) process.on(signal, stop);
  });
}

/** What is done at SIGHUP, once there is a controller. */
type OnHangup = (task: () => Promise<void>) => void;

/** Takes care of the signals that do not stop the controller. */
function listen(log: Log, reserve: Reserve): OnHangup {
  const hangups = collectHangups((task) => reserve.lend(task));
  takeSignals((signal) => {
    if (signal === 'SIGHUP') {
      void reserve.lend(() => log.reopen()); // at once, however long a reload takes
      hangups.came();
    } else log.logger.info({ event: 'signal.ignored', signal }, `${signal} does nothing`);
  });
  return hangups.set;
}

/** One task at a time; the hangups that came before there is a task count as one. */
function collectHangups(around: (task: () => Promise<void>) => Promise<void>): {
  readonly came: () => void;
  readonly set: OnHangup;
} {
  let task: (() => Promise<void>) | undefined;
  let missed = false;
  let last = Promise.resolve();
  const came = (): void => {
    missed = task === undefined;
    last = last.then(() => task && around(task));
  };
  const set: OnHangup = (given) => {
    task = given;
    if (missed) came();
  };
  return { came, set };
}

/** The configuration is read again, every plugin loads its files anew. */
async function reload(prepared: Prepared, flags: Flags, log: Log): Promise<void> {
  try {
    const fresh = await freshPlugins(prepared, flags, log);
    await prepared.controller.reload(fresh);
  } catch (failure) {
    if (prepared.controller.state !== 'running') return; // overtaken by a stop: nothing is left to reload
    log.logger.error({ event: 'reload.failed', ...errorFields(failure) }, `nothing was changed: ${summary(failure)}`);
  }
}

async function freshPlugins({ controller, settings: before }: Prepared, flags: Flags, log: Log) {
  try {
    const settings = await resolveSettings(flags, cwd);
    if (settings.file !== before.file) {
      throw new ScrError(
        cliErrors.SCR_RELOAD_FILE,
        `${before.file ?? 'none'} at the start, ${settings.file ?? 'none'} now`,
      );
    }
    if (settings.problems.length === 0) warnOfLimits(before.limits, settings.limits, log);
    if (settings.problems.length > 0) {
      await tellingAll(settings.problems, () => controller.check(settings.plugins));
    }
    return settings.plugins;
  } catch (failure) {
    controller.reloadFailed();
    throw failure;
  }
}

/** Limits hold from the start on. */
function warnOfLimits(before: Partial<Limits>, now: Partial<Limits>, { logger }: Log): void {
  const [old, fresh] = [new Map(Object.entries(before)), new Map(Object.entries(now))];
  const names = [...new Set([...old.keys(), ...fresh.keys()])].filter((name) => old.get(name) !== fresh.get(name));
  if (names.length === 0) return;
  logger.warn({ event: 'reload.partial', option: 'limits', names }, `other limits take a restart: ${names.join(', ')}`);
}

/** A mistake in a plugin's timer or event handler must not end the daemon and every measurement with it. */
function survive(log: Log): void {
  const tell = (failure: unknown): void => {
    log.logger.error({ event: 'uncaught', ...errorFields(failure) }, reasonOf(failure));
  };
  process.on('uncaughtException', tell);
  process.on('unhandledRejection', tell);
}
