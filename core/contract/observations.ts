/** What observers see. Everything is a fact of the past: nothing in it can be changed. */
import type { Peer } from '../protocol/names.js';
import type { ChannelView, ClientOrigin, Ending, InstanceView } from './views.js';

/** What can be observed, by name. */
export interface Observations {
  /** A connection did not become an instance. */
  readonly refused: RefusedConnection;
  /** An instance came to another state, or it was decided for how long a zombie is kept. */
  readonly changed: Change;
  /** A client was attached. */
  readonly attached: ChannelView;
  /** A client was not let in. */
  readonly clientRefused: RefusedClient;
  /** A client is gone. */
  readonly gone: Departure;
  /** A reload is done, or was refused as a whole. */
  readonly reloaded: Reloading;
}

/** Why a connection was refused, and what is known of it. */
export interface RefusedConnection {
  /** Where on its way: `announce`, accept, hello, identify, authenticate, attach, answer. */
  readonly step: string;
  readonly code: string;
  readonly reason: string;
  /** The plugin that refused it, or failed, where it was one. */
  readonly plugin: string | undefined;
  readonly transport: string;
  /** Undefined where the transport named none. */
  readonly peer: Peer | undefined;
  /** What it called itself, where it came to that and the name is allowed. */
  readonly monitorName: string | undefined;
  readonly fingerprint: string | undefined;
  /** The subject of its certificate. */
  readonly subject: string | undefined;
  readonly at: Date;
}

/** Why a client was not let in, and where it came from. */
export interface RefusedClient {
  readonly instance: InstanceView;
  readonly origin: ClientOrigin;
  readonly code: string;
  readonly reason: string;
  /** The plugin that denied it, where it was one. */
  readonly plugin: string | undefined;
  readonly at: Date;
}

/** An instance came to another state. */
export interface Change {
  readonly instance: InstanceView;
  readonly from: InstanceView['state'];
  /** The same as `from` only where it was decided, after a loss, that it is kept: see `keptUntil`. */
  readonly to: InstanceView['state'];
  /** Why; undefined where it is attached for the first time, or came back. */
  readonly why: Ending | undefined;
  /** Until when it is kept without a connection, once that is decided. */
  readonly keptUntil: Date | undefined;
  readonly at: Date;
}

/** A client is gone. */
export interface Departure {
  readonly channel: ChannelView;
  readonly ending: Ending;
  readonly bytesFromInstance: number;
  readonly bytesToInstance: number;
  /** How long it was attached, in milliseconds. */
  readonly duration: number;
  readonly at: Date;
}

/** The outcome of a reload. */
export interface Reloading {
  /** False where the configuration has mistakes: nothing was changed. */
  readonly applied: boolean;
  /** The plugins that kept what they had. */
  readonly kept: readonly string[];
  readonly at: Date;
}

/** The state of a controller. */
export type ControllerState = 'new' | 'starting' | 'running' | 'stopping' | 'stopped';

/** One thing of those that a {@link Fact} is about. Never a secret. */
export type FactValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a plugin says of itself: where it listens, which certificates it uses. */
export interface Fact {
  readonly plugin: string;
  /** `listening`: `address` and `port`, or `path`. `certificates`: `file`, `subject`, `notAfter` and so on. */
  readonly name: string;
  readonly values: readonly FactValues[];
}

/** What is counted of a controller, and what is known of it. */
export interface ControllerFigures {
  readonly state: ControllerState;
  /** What the embedder says of itself: the version of the program, for example. */
  readonly about: Readonly<Record<string, unknown>>;
  /** What its plugins say of themselves. */
  readonly facts: readonly Fact[];
  /** Connections that are not attached yet. */
  readonly arriving: number;
  /** Refused connections since the start, by step and code. */
  readonly refusals: readonly { readonly step: string; readonly code: string; readonly count: number }[];
  /** Clients that were not let in since the start, by code. */
  readonly refusedClients: readonly { readonly code: string; readonly count: number }[];
}
