import type { Duplex } from 'node:stream';
import type { Limits } from '../../../core/contract/limits.js';
import type { Logger } from '../../../core/contract/logger.js';
import { type Controller, type InstanceView, createController } from '../../../index.js';
import { type PluginController, definePlugin } from '../../../plugin-sdk/index.js';
import { Clients } from '../../../plugins/mux/clients.js';
import { Directory } from '../../../plugins/mux/directory.js';
import zombie from '../../../plugins/zombie/index.js';
import { followSessions } from '../../../plugins/zombie/state/index.js';
import { Sessions } from '../../../plugins/zombie/state/sessions.js';
import type { ModelClock } from './clock.js';
import type { Random } from './random.js';

/** How a controller is set up. */
export interface Setting {
  readonly limits: Partial<Limits>;
  /** Seconds for which a VP is kept. */
  readonly zombie: number;
  /** How many VPs there are. */
  readonly vps: number;
}

/** Channels that a program on the mux may have. */
export const MUX_CHANNELS = 8;

/** Who is told what a controller does. */
export interface Watcher {
  changed(instance: InstanceView, from: string, to: string, code: string | undefined): void;
  refused(code: string, monitorName: string | undefined): void;
  logged(event: string, fields: Readonly<Record<string, unknown>>): void;
}

/** A controller from its start to its end, without sockets and files; its plugins are those of the product. */
export class Life {
  /** Where the VPs can be reached, as unix-export has its sockets. */
  readonly doors = new Map<string, InstanceView>();
  readonly sessions = new Sessions();
  readonly #directory = new Directory();
  #given: PluginController | undefined;
  #programs: Clients | undefined;
  #controller: Controller | undefined;
  /** As the plugin that keeps sessions recalls them. */
  #recall: (session: string) => unknown = () => undefined;

  get controller(): Controller {
    if (this.#controller === undefined) throw new Error('it has not begun');
    return this.#controller;
  }

  /** @param state what the controller before has left */
  async begin(setting: Setting, clock: ModelClock, random: Random, watcher: Watcher, state: string): Promise<void> {
    this.sessions.load(state, clock.date().getTime() + setting.zombie * 1000);
    this.#controller = await createController({
      plugins: [this.#plugin(watcher), [zombie, { time: setting.zombie }]],
      limits: setting.limits,
      clock,
      random: random.next,
      logger: loggerFor(watcher),
    });
    await this.#controller.start();
  }

  /** A transport, a place to reach the VPs, a mux, and the memory of sessions, in one. */
  #plugin(watcher: Watcher) {
    return definePlugin({
      name: 'model',
      schema: { type: 'object', additionalProperties: false },
      setup: (controller) => {
        this.#given = controller;
        const programs = new Clients(controller, this.#directory, {
          clients: 64,
          channels: MUX_CHANNELS,
          helloTime: 30,
        });
        this.#programs = programs;
        controller.hooks.start.tap(() => programs.begin());
        controller.hooks.attach.tap((instance) => this.#open(instance));
        controller.observe('changed', (change) => this.#directory.changed(change));
        controller.observe('changed', ({ instance, from, to, why }) => watcher.changed(instance, from, to, why?.code));
        controller.observe('refused', ({ code, monitorName }) => watcher.refused(code, monitorName));
        const keeper = { note: () => undefined, noteAll: () => undefined };
        const heedWall = followSessions(controller, this.sessions, keeper);
        this.#recall = (session) => {
          heedWall(); // it may have been set since the controller looked
          return this.sessions.recall(session, controller.clock.date().getTime());
        };
      },
    });
  }

  /** Whether a resume of the session would be let in now. */
  knows(session: string): boolean {
    return this.#recall(session) !== undefined;
  }

  #open(instance: InstanceView): () => void {
    const name = instance.monitorName ?? '';
    this.doors.set(name, instance);
    return () => void this.doors.delete(name);
  }

  /** A remote scamper calls. */
  announce(stream: Duplex, vp: number, port: number): void {
    this.#given?.announce({ stream, peer: { kind: 'ip', address: `192.0.2.${vp + 1}`, port } });
  }

  /** A program connects to the mux. */
  admit(stream: Duplex): void {
    this.#programs?.admit(stream, {}, false);
  }
}

function loggerFor(watcher: Watcher): Logger {
  const at = (fields: Readonly<Record<string, unknown>>): void => watcher.logged(String(fields['event']), fields);
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: at,
    error: at,
    child: () => logger,
    isLevelEnabled: (level) => level !== 'debug',
  };
  return logger;
}
