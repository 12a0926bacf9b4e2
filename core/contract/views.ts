/** What plugins see of connections, instances and channels: read-only, without a way into the core. */
import type { Duplex } from 'node:stream';
import type { Peer } from '../protocol/names.js';

/** What TLS found out about the other end. */
export interface TlsIdentity {
  /** Whether a client certificate was shown and its chain checked. */
  readonly authorized: boolean;
  /** The names in the certificate: DNS subjectAltNames, or the CN where there is none. Empty without a certificate. */
  readonly names: readonly string[];
  /** SHA-256 of the certificate, as `AB:CD:…`; undefined without one. */
  readonly fingerprint256: string | undefined;
  /** Whose certificate it is, for people and the log: `CN=ams-nl, O=Example`. What to compare are `names`. */
  readonly subject?: string | undefined;
  /** `TLSv1.3` and so on. */
  readonly protocol: string;
}

/** A new connection that a transport announced, before anything was read from it. */
export interface IncomingConnection {
  /** The plugin that announced it. */
  readonly transport: string;
  readonly peer: Peer;
  /** The bytes, as left by the handlers before. */
  readonly stream: Duplex;
  readonly tls: TlsIdentity | undefined;
}

/** A scamper that has said who it is. */
export interface AuthenticationRequest {
  /** `new` for MASTER_NEW, `resume` for MASTER_RES. */
  readonly kind: 'new' | 'resume';
  readonly transport: string;
  readonly peer: Peer;
  readonly tls: TlsIdentity | undefined;
  /** As given to `scamper -M`; for a resume the session's, because MASTER_RES does not carry it. */
  readonly monitorName: string | undefined;
  /** A short hash of the magic, safe to log. The magic itself is a secret. */
  readonly fingerprint: string;
  /** The instance to be resumed; undefined for a new one. */
  readonly instance: InstanceView | undefined;
}

/** A scamper that asks to go on with a session which this controller does not know. */
export interface RecallRequest {
  /** As {@link InstanceView.session}. */
  readonly session: string;
  /** A short hash of the magic, safe to log. */
  readonly fingerprint: string;
  readonly transport: string;
  readonly peer: Peer;
  readonly tls: TlsIdentity | undefined;
}

/** A remote scamper. */
export interface InstanceView {
  /** Unique while the controller runs, from 1, stable across resumes. */
  readonly id: number;
  /** `[monitor-name-]address:port`; changes at a resume. */
  readonly name: string;
  readonly monitorName: string | undefined;
  readonly peer: Peer;
  readonly transport: string;
  readonly tls: TlsIdentity | undefined;
  /** A short hash of the magic, for people and the log. Two instances of a large fleet may have the same. */
  readonly fingerprint: string;
  /**
   * Names its session for programs: a hash of the magic with 256 bits, stable across resumes and restarts of the controller, in 43
   * letters, digits, `-` and `_`. The magic cannot be found from it.
   */
  readonly session: string;
  /** `pending` before it is attached, `zombie` while disconnected, `gone` for good. */
  readonly state: 'pending' | 'connected' | 'zombie' | 'gone';
  /** When it first said who it is, before it was authenticated; the wall clock. */
  readonly since: Date;
  /**
   * Attaches a local client: opens a channel and relays bytes both ways. The instance takes the stream over: do not use
   * it any more, not even its events ({@link ChannelView.onClose} tells when the client leaves). Half-close is
   * honoured, so the stream should allow it.
   * @throws ScrError SCR_INSTANCE_GONE, SCR_INSTANCE_AWAY, SCR_CLIENT_DENIED, SCR_CLIENT_CROWD, SCR_CHANNEL_CROWD,
   *   SCR_INSTANCE_FULL;
   * TypeError where it is no stream
   */
  connect(client: Duplex, origin?: ClientOrigin): ChannelView;
  /**
   * Opens a channel for a client that is no stream of its own: results go to the sink, the client's bytes into the port. It costs
   * less than a stream for each client where one connection serves many.
   * @throws ScrError as `connect` does
   */
  open(sink: Sink, origin?: ClientOrigin): Port;
  /** The channels that have a client. */
  channels(): ChannelView[];
  /** What is counted of it, as of now. */
  figures(): InstanceFigures;
  /**
   * Ends it for good: its clients see end of file, its connection is closed, its state dropped. scamper comes back by itself, as a new
   * instance; to keep it out, deny it in `authenticate`. One that is gone already stays so.
   */
  expire(ending: Ending): void;
}

/** What is counted of an instance. It costs the relay nothing, and lasts across resumes. */
export interface InstanceFigures {
  /** Octets of results that came for its clients, frames not counted; what comes for one that has left is not counted either. */
  readonly bytesFromInstance: number;
  /** Octets of commands sent to it, those held included. */
  readonly bytesToInstance: number;
  /** Reliable messages that came, and that were sent. */
  readonly messagesFromInstance: number;
  readonly messagesToInstance: number;
  /** How often it came back. */
  readonly resumes: number;
  /** Octets held until it acknowledges them, bookkeeping included. */
  readonly held: number;
  /** True while it is not read, because a client cannot keep pace or it does not take what is sent to it. */
  readonly isPaused: boolean;
  /** True while its clients are not read, because too much waits for it. */
  readonly clientsArePaused: boolean;
  /** When its connection was lost; undefined while it is connected. */
  readonly lostAt: Date | undefined;
  /** Until when it is kept without a connection, once that is decided; undefined where it is kept without end. */
  readonly keptUntil: Date | undefined;
  /** The last time that passed between a message to it and its ACK, in milliseconds; undefined before the first. */
  readonly roundTrip: number | undefined;
}

/** What is counted of a channel. */
export interface ChannelFigures {
  /** Octets that came from the instance for the client, before handlers of `data`. */
  readonly bytesFromInstance: number;
  /** Octets that were sent to the instance, behind handlers of `data`. */
  readonly bytesToInstance: number;
  /** Octets that wait for the client in the controller. */
  readonly waiting: number;
  /** Since when the client has not taken what waits for it; undefined while it keeps pace. */
  readonly slowSince: Date | undefined;
  readonly openedAt: Date;
}

/** A client that is about to open a channel. */
export interface OpenRequest {
  readonly instance: InstanceView;
  readonly origin: ClientOrigin;
}

/** Who a local client is, by the kernel's word: the process that connected, at the time it connected. */
export interface PeerCredentials {
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
  /** Its supplementary groups; undefined where they are not known. */
  readonly groups?: readonly number[] | undefined;
}

/** Where a local client comes from. What is not known for a fact is undefined. */
export interface ClientOrigin {
  /** The path of the local socket that it connected to. */
  readonly socket?: string | undefined;
  readonly credentials?: PeerCredentials | undefined;
  /** Where it connected from, for a client that came over the network. */
  readonly peer?: Peer | undefined;
  /** What TLS found out about it. */
  readonly tls?: TlsIdentity | undefined;
}

/** One local client of an instance. */
export interface ChannelView {
  /** The number on the wire, from 1; unique within the instance while the channel is open. */
  readonly id: number;
  readonly instance: InstanceView;
  readonly origin: ClientOrigin;
  /**
   * Puts bytes on the channel as if the other side had sent them; `data` handlers do not see them. Called in a `data`
   * handler, they go out before the bytes being handled. Copies the bytes.
   * @returns false when that direction is closed already
   */
  send(direction: Direction, bytes: Uint8Array): boolean;
  /** Calls `listener` once, when the client is detached, however that came about; at once where it is already. */
  onClose(listener: (ending: Ending) => void): void;
  /** What is counted of it, as of now; it stays as it is at the end. */
  figures(): ChannelFigures;
}

/**
 * Takes what an instance sends to one client. The core calls it; one that throws is closed, and nobody else suffers.
 * Nothing is called before `open` has returned its port, and nothing after `closed`.
 */
export interface Sink {
  /**
   * Results, in their order. The pieces are views into memory of the core, valid during the call: copy what you keep.
   * @returns false when it is full. What was given counts as taken; nothing more comes until {@link Port.ready}. What
   * waits meanwhile is bounded by limits.clientBuffer and limits.clientStall.
   */
  data(pieces: readonly Buffer[]): boolean;
  /**
   * The instance has finished the channel, and everything was given. Close the port when the client has it, within
   * limits.clientStall: at once where nothing waits any more.
   */
  end(): void;
  /**
   * Whether the instance takes what the client sends. False: it has enough for now, keep what comes, if you can; what is
   * given to {@link Port.send} all the same is taken. Without it nobody is told.
   */
  pace?(open: boolean): void;
  /** The channel is over, whoever ended it, and whether or not everything was taken. Called once. */
  closed(ending: Ending): void;
}

/** Where a client's bytes go: the other end of a {@link Sink}. Once the channel is over every call does nothing. */
export interface Port {
  readonly channel: ChannelView;
  /**
   * Passes bytes of the client on to the instance. They are copied.
   * @returns false when the instance has enough for now: {@link Sink.pace} tells when it takes more
   */
  send(bytes: Buffer): boolean;
  /** The client will send no more, and still reads. */
  finish(): void;
  /** The sink has room again. After {@link Sink.end}: the client has taken everything. */
  ready(): void;
  /** The client has left, or was made to: nothing more is given to the sink. */
  close(why?: Ending): void;
}

/** Which way bytes pass: from the client to the instance (commands) or back (results). */
export type Direction = 'toInstance' | 'toClient';

/** Where bytes pass. */
export interface DataPassage {
  readonly instance: InstanceView;
  readonly channel: ChannelView;
  readonly direction: Direction;
}

/** A local socket that a plugin is about to make. */
export interface LocalSocketRequest {
  /** The plugin that makes it. */
  readonly plugin: string;
  /** Where it will be. */
  readonly path: string;
  /** The instance it leads to; undefined for a socket that serves several. */
  readonly instance: InstanceView | undefined;
}

/** Who may use a local socket. */
export interface LocalSocketAccess {
  /** Permission bits, 0 to 0o777. */
  readonly mode: number;
  /** The numeric group that shall own the socket; undefined leaves the process's own. */
  readonly gid: number | undefined;
}

/** Why something ended: an instance, its connection, or a client. */
export interface Ending {
  /** A stable code: SCR_INSTANCE_ENDED, SCR_INSTANCE_SILENT, SCR_CLIENT_LEFT, SCR_PROTOCOL, SCR_STOPPED and so on. */
  readonly code: string;
  readonly reason: string;
}
