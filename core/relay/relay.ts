import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import { ScrError, errors } from '../contract/errors.js';
import type { ClientOrigin, Ending, InstanceFigures, InstanceView, Sink } from '../contract/views.js';
import type { MasterRes } from '../protocol/control.js';
import { FrameLengthError, MAX_PAYLOAD } from '../protocol/frame.js';
import { peerName } from '../protocol/names.js';
import { SILENCE_LIMIT, Session } from '../session/session.js';
import type { Debtor } from './acks.js';
import { Channel, type ChannelRelay } from './channel.js';
import type { RelayContext } from './context.js';
import type { Link, LinkReader } from '../streams/link.js';
import { Stalls } from './stalls.js';
import { StreamClient, isDuplex } from './stream-client.js';

/** How many times `limits.instanceBuffer` may be held: past the first no client is read, past this no new one comes. */
const HELD_AT_MOST = 2;
/** How many times `limits.instanceBuffer` may be held at a resume: clients cannot bring about more. */
const HELD_AT_RESUME = 8;
/** How many times `limits.channels` an instance may leave unfinished, those with a client included. */
const UNFINISHED_AT_MOST = 4;

/** So many ACKs are worth a write of their own. */
const ACKS_TOGETHER = 8;

const NOTHING = Buffer.alloc(0);

/** Whose bytes are relayed. */
export interface RelayOwner {
  readonly view: InstanceView;
  readonly name: string;
  fields(): Record<string, unknown>;
  /** The connection is over, by itself or because the instance broke the protocol. */
  lost(why: ScrError): void;
  /** Its last client has left. */
  deserted(): void;
}

/** What is counted of a relay. */
export type RelayFigures = Omit<InstanceFigures, 'lostAt' | 'keptUntil' | 'resumes'>;

/**
 * The bytes of one instance: its connection while it has one, its session, its channels, and their pace. It knows nothing of
 * the instance's life.
 */
export class Relay implements ChannelRelay, Debtor, LinkReader {
  readonly #core: RelayContext;
  readonly #owner: RelayOwner;
  readonly #session: Session;
  readonly #channels = new Set<Channel>();
  readonly #stalls: Stalls;
  #link: Link | undefined;
  #crowded = false;
  /** Octets of the channels that are gone. */
  #fromInstance = 0;
  #toInstance = 0;

  /** @param recalled where the session was begun by a controller that is no more: what its scamper asks for */
  constructor(core: RelayContext, owner: RelayOwner, recalled?: MasterRes) {
    this.#core = core;
    this.#owner = owner;
    this.#stalls = new Stalls(core.clock, core.limits.sharedStall * 1000);
    this.#session = recalled === undefined ? new Session() : new Session({ recalled, channel: core.random() });
  }

  get view(): InstanceView {
    return this.#owner.view;
  }

  get name(): string {
    return this.#owner.name;
  }

  get link(): Link | undefined {
    return this.#link;
  }

  get channels(): ReadonlySet<Channel> {
    return this.#channels;
  }

  get isCrowded(): boolean {
    return this.#crowded;
  }

  get isShared(): boolean {
    return this.#channels.size > 1;
  }

  figures(): RelayFigures {
    const live = [...this.#channels].map((channel) => channel.figures());
    const sum = (of: 'bytesFromInstance' | 'bytesToInstance'): number => live.reduce((all, one) => all + one[of], 0);
    return {
      bytesFromInstance: this.#fromInstance + sum('bytesFromInstance'),
      bytesToInstance: this.#toInstance + sum('bytesToInstance'),
      messagesFromInstance: this.#session.received,
      messagesToInstance: this.#session.sent,
      held: this.#session.heldBytes,
      isPaused: this.#link?.isPaused ?? false,
      clientsArePaused: this.#crowded,
      roundTrip: this.#session.roundTrip,
    };
  }

  // ---- from the connection

  read(chunk: Buffer): void {
    const link = this.#link;
    if (link === undefined) return;
    this.#session.heard(this.#core.clock.now());
    const fault = this.#core.turn.run(() => this.#decode(link, chunk));
    if (this.#session.owesAtOnce(ACKS_TOGETHER)) this.#session.acknowledge();
    else if (this.#session.owes) this.#core.acks.wait(this);
    this.#flush();
    if (fault !== undefined) link.break(fault);
    else if (this.#crowded) this.#unpauseClients();
  }

  /** Writes the ACKs that are still owed. */
  acknowledge(): void {
    this.#tell((session) => session.acknowledge());
  }

  /** A fault of the peer ends its connection; a fault of ours must not end more than that. */
  #decode(link: Link, chunk: Buffer): ScrError | undefined {
    try {
      link.decoder.push(chunk, this.#session);
    } catch (cause) {
      if (cause instanceof FrameLengthError) return new ScrError(errors.SCR_PROTOCOL, cause.message);
      return new ScrError(errors.SCR_INTERNAL, this.name, { cause });
    }
    const { fault } = this.#session;
    return fault === undefined ? undefined : new ScrError(errors.SCR_PROTOCOL, fault);
  }

  lost(why: ScrError): void {
    this.#owner.lost(why);
  }

  /** Writes what the session has to say. Without a connection it holds what matters for the next one. */
  #flush(): void {
    if (this.#link === undefined) return;
    const output = this.#session.takeOutput(this.#core.clock.now());
    if (output.length > 0) this.#link.write(output);
  }

  /** Has the session do something; what it has to say then leaves at once. */
  #tell<T>(change: (session: Session) => T): T {
    const result = change(this.#session);
    this.#flush();
    return result;
  }

  // ---- clients

  /** Opens a channel for a client. @throws ScrError SCR_CLIENT_CROWD, SCR_CHANNEL_CROWD, SCR_INSTANCE_FULL */
  open(sink: Sink, origin: ClientOrigin): Channel {
    return this.#open(sink, origin);
  }

  #open(sink: Sink, origin: ClientOrigin, inSink?: () => number): Channel {
    this.#assertRoom();
    const channel = new Channel(this.#core, this, sink, origin, inSink);
    channel.id = this.#tell((session) => session.open(channel));
    this.#channels.add(channel);
    this.#core.clients.attached(channel);
    this.#tellOf(channel);
    if (this.#channels.size === 2) for (const one of this.#channels) one.joined();
    this.#share();
    // Stryker disable next-line ConditionalExpression: it saves a task; tellOfCrowd asks again
    if (this.#crowded) queueMicrotask(() => this.#tellOfCrowd(channel)); // when its sink has its port
    return channel;
  }

  #tellOfCrowd(channel: Channel): void {
    if (this.#crowded) channel.pace(false);
  }

  /** Who used what is the first question after an incident. */
  #tellOf({ id: channel, origin: { credentials, peer, tls } }: Channel): void {
    const from = {
      ...(credentials !== undefined && { credentials }),
      ...(peer !== undefined && { peer: peerName(peer) }),
      ...(tls?.subject !== undefined && { subject: tls.subject }),
    };
    const fields = { event: 'client.attached', ...this.#owner.fields(), channel, ...from };
    this.#core.log.info(fields, `a client attached to ${this.name}`);
  }

  /** Opens a channel for a stream. @throws ScrError as {@link open}; TypeError where it is no stream; what the stream throws */
  connect(stream: Duplex, origin: ClientOrigin): Channel {
    if (!isDuplex(stream)) throw new TypeError(`connect takes a Duplex stream, not ${inspect(stream, { depth: 0 })}`);
    this.#assertRoom();
    const client = new StreamClient(stream, this.#core.turn);
    const channel = this.#open(client, origin, () => client.waiting);
    client.use(channel);
    if (this.#crowded) channel.pace(false); // it would be read before a microtask runs
    return channel;
  }

  #assertRoom(): void {
    const { channels, instanceBuffer } = this.#core.limits;
    if (this.#channels.size >= channels) throw new ScrError(errors.SCR_CLIENT_CROWD, this.name);
    if (this.#session.channelCount >= channels * UNFINISHED_AT_MOST) {
      throw new ScrError(errors.SCR_CHANNEL_CROWD, this.name);
    }
    if (this.#session.heldBytes > instanceBuffer * HELD_AT_MOST)
      throw new ScrError(errors.SCR_INSTANCE_FULL, this.name);
  }

  send(channel: number, bytes: Buffer): boolean {
    const sent = this.#tell((session) => session.send(channel, bytes));
    this.#pauseClientsIfCrowded();
    return sent;
  }

  finish(channel: number): void {
    this.#tell((session) => session.finish(channel));
  }

  left(channel: Channel): void {
    this.#channels.delete(channel);
    const { bytesFromInstance, bytesToInstance } = channel.figures();
    this.#fromInstance += bytesFromInstance;
    this.#toInstance += bytesToInstance;
    this.#tell((session) => session.abandon(channel.id));
    this.#share();
    if (this.#channels.size === 0) this.#owner.deserted();
  }

  /** Every channel ends: its client gets what is its own, and end of file. */
  close(why: Ending): void {
    this.#core.turn.run(() => this.#session.close(why));
  }

  // ---- pace

  pause(channel: Channel): boolean {
    const isFirst = !this.#stalls.any;
    if (!this.#stalls.begin(channel)) return false;
    if (isFirst) this.#link?.pause();
    return true;
  }

  unpause(channel: Channel): void {
    this.#stalls.end(channel);
    if (this.#stalls.any) return;
    this.#session.excuse(this.#core.clock.now()); // it may have spoken all the time
    this.#link?.unpause();
  }

  /** While an instance is away there is nothing to wait for. */
  #share(): void {
    this.#stalls.share(this.isShared && this.#link !== undefined);
  }

  /** Stops reading the clients while too much waits for the instance. */
  #pauseClientsIfCrowded(): void {
    if (this.#crowded || this.#session.heldBytes <= this.#core.limits.instanceBuffer) return;
    this.#crowded = true;
    for (const channel of this.#channels) channel.pace(false);
    this.#debug('clients.held', { bytes: this.#session.heldBytes });
  }

  #unpauseClients(): void {
    if (this.#session.heldBytes > this.#core.limits.instanceBuffer / 2) return;
    this.#crowded = false;
    for (const channel of this.#channels) {
      if (this.isCrowded) break; // one of them has sent too much at once
      channel.pace(true);
    }
    this.#debug('clients.released', {});
  }

  // ---- connections

  /** Whether the session can go on as the instance asks for. */
  agrees(request: MasterRes): boolean {
    return (
      this.#session.heldBytes <= this.#core.limits.instanceBuffer * HELD_AT_RESUME && this.#session.canResume(request)
    );
  }

  /**
   * The connection carries the session from now on.
   * @param greeting what is written first, to a new instance
   * @param request where an instance resumes: what it asked for; {@link agrees} was asked before
   */
  carry(link: Link, greeting: readonly Buffer[], request?: MasterRes): void {
    this.#link = link;
    if (request !== undefined) this.#session.resume(request);
    this.#session.connected(this.#core.clock.now());
    link.reader = this;
    link.decoder.maxPayload = MAX_PAYLOAD;
    if (greeting.length > 0) link.write(greeting);
    if (this.#stalls.any) link.pause();
    this.#share();
    this.read(NOTHING); // frames that came right behind the hello, and what clients sent meanwhile
  }

  /** The last words to an instance that is let go: otherwise it would work on for clients that are not there. */
  farewell(): void {
    if (this.#link !== undefined) this.#tell((session) => session.finishAll());
  }

  /** Nothing carries the session any more; it is kept. @returns the connection that did */
  leave(): Link | undefined {
    const link = this.#link;
    this.#link = undefined;
    this.#share();
    this.#session.disconnected();
    return link;
  }

  // ---- time

  /** Called about once a second. */
  sweep(now: number): void {
    this.#stalls.forget();
    const link = this.#link;
    if (link === undefined) return;
    if (link.blockedSince !== undefined && now - link.blockedSince >= SILENCE_LIMIT) {
      return link.break(new ScrError(errors.SCR_INSTANCE_DEAF));
    }
    if (link.isPaused) this.#session.excuse(now);
    if (this.#session.hasOrphans) this.#tell((session) => session.finishOrphans(now));
    const health = this.#session.tick(now);
    if (health === 'silent') return link.break(new ScrError(errors.SCR_INSTANCE_SILENT));
    if (health === 'deaf') return link.break(new ScrError(errors.SCR_INSTANCE_DEAF));
    if (health === 'well') return;
    this.#debug('protocol.keepalive', {});
    this.#flush();
  }

  #debug(event: string, fields: Record<string, unknown>): void {
    const { log } = this.#core;
    if (log.isLevelEnabled('debug')) log.debug({ event, ...this.#owner.fields(), ...fields }, event);
  }
}
