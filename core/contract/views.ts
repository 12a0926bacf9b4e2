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
  readonly fingerprint: string;
  /** `pending` before it is attached, `zombie` while disconnected, `gone` for good. */
  readonly state: 'pending' | 'connected' | 'zombie' | 'gone';
  /** When it was first attached; the wall clock. */
  readonly since: Date;
  /**
   * Attaches a local client: opens a channel and relays bytes both ways. The instance takes the stream over: do not use
   * it any more, not even its events ({@link ChannelView.onClose} tells when the client leaves). Half-close is
   * honoured, so the stream should allow it.
   * @throws ScrError SCR_INSTANCE_GONE, SCR_CLIENT_CROWD
   */
  connect(client: Duplex, origin?: ClientOrigin): ChannelView;
}

/** Who a local client is, by the kernel's word: the process that connected, at the time it connected. */
export interface PeerCredentials {
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
}

/** Where a local client comes from. What is not known for a fact is undefined. */
export interface ClientOrigin {
  /** The path of the local socket that it connected to. */
  readonly socket?: string | undefined;
  readonly credentials?: PeerCredentials | undefined;
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
  /** Calls `listener` once, when the client is detached, however that came about. */
  onClose(listener: () => void): void;
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
