/** Something that happens, as plain data: a schedule can be printed, and pasted into a test. What cannot be is passed over. */
export type Step = (
  | {
      readonly do: 'dial';
      readonly vp: number;
      readonly afresh?: boolean;
      readonly cut: number;
      readonly capacity: number;
    }
  /** The scamper ends; the next one of that name has a magic of its own. */
  | { readonly do: 'quit'; readonly vp: number }
  /** Its connection breaks. `kept` octets of its last words arrive; with `silent` nobody tells the controller. */
  | { readonly do: 'cut'; readonly vp: number; readonly kept: number; readonly silent: boolean }
  /** It says so much on one of its channels: the one of which that is the number, counted round. */
  | { readonly do: 'say'; readonly vp: number; readonly channel: number; readonly octets: number }
  | { readonly do: 'done'; readonly vp: number; readonly channel: number }
  /** It reads so many octets in a turn. */
  | { readonly do: 'vpReads'; readonly vp: number; readonly window: number }
  /** The network holds up what it sends. */
  | { readonly do: 'hold'; readonly vp: number; readonly held: boolean }
  | {
      readonly do: 'join';
      readonly client: number;
      readonly vp: number;
      readonly cut: number;
      readonly capacity: number;
    }
  | { readonly do: 'tell'; readonly client: number; readonly octets: number }
  | { readonly do: 'finish'; readonly client: number }
  | { readonly do: 'leave'; readonly client: number }
  | { readonly do: 'clientReads'; readonly client: number; readonly window: number }
  | { readonly do: 'mux'; readonly mux: number; readonly cut: number; readonly capacity: number }
  | { readonly do: 'open'; readonly mux: number; readonly client: number; readonly vp: number }
  | { readonly do: 'muxReads'; readonly mux: number; readonly window: number }
  | { readonly do: 'muxFinish'; readonly mux: number }
  | { readonly do: 'muxLeave'; readonly mux: number }
  /** Time passes. */
  | { readonly do: 'pass'; readonly ms: number }
  /** The process stands still for so long. */
  | { readonly do: 'jump'; readonly ms: number }
  /** The clock on the wall is set. */
  | { readonly do: 'wall'; readonly ms: number }
  /** Turns of the event loop. */
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: 'restart'; readonly how: 'stop' | 'kill' }
) & {
  /** The next step is in the same turn of the event loop. */
  readonly now?: boolean;
};
