import type { ChannelView, ClientOrigin, InstanceView } from '../../core/contract/views.js';
import { targetsOf } from './targets.js';

/** One line that a client sent. */
export interface Command {
  readonly instance: InstanceView;
  readonly channel: ChannelView;
  readonly origin: ClientOrigin;
  /** Without its line end. Of a line over the limit of 65,536 octets only the first 128. */
  readonly line: string;
  /** The first word, in lower case as scamper compares it: `ping`, `trace`, …, `halt`, `done`; or anything else. */
  readonly verb: string;
  /**
   * The addresses that it sends packets to; none for `halt`, `done` and `sniff`. Undefined when that cannot be told for
   * sure, see docs/plugins/commands.md: a limit on targets must refuse then.
   */
  readonly targets: readonly string[] | undefined;
}

/** What stands in a command; its targets are looked for when somebody asks. */
class CommandText implements Pick<Command, 'line' | 'verb' | 'targets'> {
  readonly verb: string;
  #targets: readonly string[] | undefined;
  #parsed: boolean;

  /** @param whole false when only the beginning of the line is given */
  constructor(
    readonly line: string,
    whole: boolean,
  ) {
    this.#parsed = !whole;
    const space = line.indexOf(' ');
    this.verb = (space < 0 ? line : line.slice(0, space)).toLowerCase();
  }

  get targets(): readonly string[] | undefined {
    if (!this.#parsed) this.#targets = targetsOf(this.verb, this.line);
    this.#parsed = true;
    return this.#targets;
  }
}

/** What a line without its end would ask for, whoever sent it. */
export function commandIn(line: string): Pick<Command, 'line' | 'verb' | 'targets'> {
  return new CommandText(line, true);
}

/** A command as it came. */
export class ClientCommand extends CommandText implements Command {
  /** @param whole as for {@link CommandText} */
  constructor(
    readonly channel: ChannelView,
    line: string,
    whole = true,
  ) {
    super(line, whole);
  }

  get instance(): InstanceView {
    return this.channel.instance;
  }

  get origin(): ClientOrigin {
    return this.channel.origin;
  }
}
