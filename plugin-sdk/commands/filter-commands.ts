import { ScrError, reasonOf } from '../../core/contract/errors.js';
import { type Logger, errorFields } from '../../core/contract/logger.js';
import type { PluginController } from '../../core/contract/plugin.js';
import type { ChannelView, DataPassage } from '../../core/contract/views.js';
import { defineService } from '../define-service.js';
import { sdkErrors } from '../errors.js';
import type { Command } from './command.js';
import { type CommandAnswer, type CommandResult, Dialogue, type DialogueListener, type Refusal } from './dialogue.js';

/* eslint-disable @typescript-eslint/no-invalid-void-type -- a handler that returns nothing has type void */

/** What a plugin does about the commands of local clients. All handlers are synchronous; give those that are needed. */
export interface CommandHandlers {
  /** The first byte passes on a channel: a client is attached. (scamper greets each client with MORE.) */
  attached?: (channel: ChannelView) => void;
  /**
   * A client sent a command. Return nothing to let it pass, or `{ refuse: reason }`: it does not reach scamper, and the client
   * gets one `ERR reason` line for it, in order with scamper's answers; with `rule`, the line ends with its name. The first plugin that refuses decides. A handler that
   * throws or returns anything else refuses too. Lines that scamper could not read are refused before anybody is asked.
   */
  command?: (command: Command) => void | { readonly refuse: string; readonly rule?: string | undefined };
  /** A command goes on to scamper: nobody refused it. */
  passed?: (command: Command) => void;
  /** A command was refused, by whichever plugin. */
  refused?: (command: Command, refusal: Refusal) => void;
  /** scamper answered a command: it was taken, or not. */
  answered?: (command: Command, answer: CommandAnswer) => void;
  /** A whole result has passed to the client. */
  result?: (result: CommandResult) => void;
  /** The client left, or was disconnected. */
  detached?: (channel: ChannelView) => void;
}
/* eslint-enable @typescript-eslint/no-invalid-void-type */

interface Follower {
  readonly plugin: string;
  readonly log: Logger;
  readonly handlers: CommandHandlers;
}

/** The commands on all channels of one controller, for all its plugins: read once, refused once. */
class CommandTraffic implements DialogueListener {
  readonly #followers: Follower[] = [];
  readonly #dialogues = new Map<ChannelView, Dialogue>();
  decides = false;
  followsTasks = false;

  add(follower: Follower): void {
    this.#followers.push(follower);
    this.decides ||= follower.handlers.command !== undefined;
    this.followsTasks ||= follower.handlers.result !== undefined;
  }

  pass(bytes: Buffer, { channel, direction }: DataPassage): Uint8Array | undefined {
    const dialogue = this.#dialogues.get(channel) ?? this.#begin(channel);
    return direction === 'toInstance' ? dialogue.fromClient(bytes) : dialogue.fromInstance(bytes);
  }

  #begin(channel: ChannelView): Dialogue {
    const dialogue = new Dialogue(channel, this);
    this.#dialogues.set(channel, dialogue);
    channel.onClose(() => {
      this.#dialogues.delete(channel);
      this.#tell((handlers) => handlers.detached?.(channel));
    });
    this.#tell((handlers) => handlers.attached?.(channel));
    return dialogue;
  }

  decide(command: Command): Refusal | undefined {
    for (const follower of this.#followers) {
      const objection = objectionTo(command, follower);
      if (objection !== undefined) return { ...objection, plugin: follower.plugin };
    }
    return undefined;
  }

  passed(command: Command): void {
    this.#tell((handlers) => handlers.passed?.(command));
  }

  refused(command: Command, refusal: Refusal): void {
    this.#tell((handlers) => handlers.refused?.(command, refusal));
  }

  answered(command: Command, answer: CommandAnswer): void {
    this.#tell((handlers) => handlers.answered?.(command, answer));
  }

  result(result: CommandResult): void {
    this.#tell((handlers) => handlers.result?.(result));
  }

  #tell(call: (handlers: CommandHandlers) => void): void {
    for (const follower of this.#followers) tell(follower, call);
  }
}

/** Those who only look on cannot disturb: what they throw goes to the log. */
function tell({ plugin, log, handlers }: Follower, call: (handlers: CommandHandlers) => void): void {
  try {
    call(handlers);
  } catch (cause) {
    log.error({ event: 'commands.failed', cause: reasonOf(cause) }, `${plugin} failed: ${reasonOf(cause)}`);
  }
}

/** Why a plugin refuses; undefined when it does not. What is not a clear yes is a no. */
function objectionTo(command: Command, { plugin, log, handlers }: Follower): Omit<Refusal, 'plugin'> | undefined {
  try {
    const verdict: unknown = handlers.command?.(command);
    if (verdict === undefined) return undefined;
    const [reason, rule] = ['refuse', 'rule'].map((key) => fieldOf(verdict, key));
    if (typeof reason === 'string') return { reason, ...(typeof rule === 'string' && { rule }) };
    if (verdict instanceof Promise) verdict.catch(() => undefined);
    throw new TypeError('expected nothing or { refuse: reason }, and at once');
  } catch (cause) {
    const failure = new ScrError(sdkErrors.SCR_COMMAND_DECISION, plugin, { cause, plugin });
    log.error({ event: 'command.undecided', ...errorFields(failure) }, failure.message);
    return { reason: 'the command could not be decided on' };
  }
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

const commandTraffic = defineService<CommandTraffic>('sc-remoted/commands');

/**
 * Shows a plugin the commands of local clients and scamper's answers, whatever the reads, and lets it refuse single commands.
 * Call it in setup. All plugins of a controller that use it share one pass over the bytes, at the place of the first
 * of them among the handlers of `data`; they are asked in the order of the configuration.
 *
 * With a `command` handler anywhere, only whole lines that were allowed go on to scamper; without one no byte is changed.
 * Do not put commands of your own on a channel (`channel.send('toInstance', …)`): their answers would be taken for the client's.
 *
 * Limits: a line of more than 65,536 octets is refused and thrown away; a client with more than 65,536 commands, or
 * 8 MiB of them, unanswered is disconnected (SCR_COMMANDS_WAITING); the commands of the last 1,024 unfinished tasks of a
 * client are remembered for their results.
 */
export function filterCommands(controller: PluginController<never>, handlers: CommandHandlers): void {
  const known = controller.use(commandTraffic);
  const traffic = known ?? new CommandTraffic();
  traffic.add({ plugin: controller.name, log: controller.log, handlers });
  if (known !== undefined) return;
  controller.provide(commandTraffic, traffic);
  controller.hooks.data.tap((bytes, passage) => traffic.pass(bytes, passage));
}
