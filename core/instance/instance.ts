import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import { Channel } from '../relay/channel.js';
import type { CoreContext } from '../context.js';
import { ScrError, errors, reasonOf } from '../contract/errors.js';
import { type Ending, type KeepRequest, type Release, runReleases } from '../hooks/hooks.js';
import type { Link, LinkReader } from '../relay/link.js';
import { errorFields } from '../contract/logger.js';
import type { MasterRes } from '../protocol/control.js';
import { FrameLengthError, MAX_PAYLOAD } from '../protocol/frame.js';
import { type Peer, instanceName } from '../protocol/names.js';
import { SILENCE_LIMIT, Session } from '../session/session.js';
import type { ChannelView, ClientOrigin, InstanceView, TlsIdentity } from '../contract/views.js';

/** Where an instance's present, or last, connection came from. */
export interface Origin {
  readonly transport: string;
  readonly peer: Peer;
  readonly tls: TlsIdentity | undefined;
}

const NOTHING = Buffer.alloc(0);

/** The read-only face of an instance. */
class InstanceHandle implements InstanceView {
  readonly #instance: Instance;

  constructor(instance: Instance) {
    this.#instance = instance;
  }

  get id(): number {
    return this.#instance.id;
  }
  get name(): string {
    return this.#instance.name;
  }
  get monitorName(): string | undefined {
    return this.#instance.monitorName;
  }
  get peer(): Peer {
    return this.#instance.origin.peer;
  }
  get transport(): string {
    return this.#instance.origin.transport;
  }
  get tls(): TlsIdentity | undefined {
    return this.#instance.origin.tls;
  }
  get fingerprint(): string {
    return this.#instance.fingerprint;
  }
  get state(): InstanceView['state'] {
    return this.#instance.state;
  }
  get since(): Date {
    return this.#instance.since;
  }
  connect(client: Duplex, origin: ClientOrigin = {}): ChannelView {
    return this.#instance.connect(client, origin).view;
  }
}

/** A client whose stream fails must not keep the others from what is theirs. */
function deliver(channel: Channel): void {
  try {
    channel.deliver();
  } catch (cause) {
    channel.deliveryFailed(cause);
  }
}

/** Whether it can be relayed to and from, whichever package made it. */
function isDuplex(client: unknown): client is Duplex {
  if (typeof client !== 'object' || client === null) return false;
  const methods = ['on', 'once', 'write', 'end', 'cork', 'uncork', 'pause', 'resume', 'destroy'];
  return methods.every((method) => typeof Reflect.get(client, method) === 'function');
}

/** How many times `limits.instanceBuffer` may be held: past the first no client is read, past this no new one comes. */
const HELD_AT_MOST = 2;
/** So many times `limits.instanceBuffer` held cannot have come about in an honest way. */
const HELD_AT_RESUME = 8;
/** How many times `limits.channels` an instance may leave unfinished, those with a client included. */
const UNFINISHED_AT_MOST = 4;

/** The key a magic is looked up with. */
export function magicKey(magic: Buffer): string {
  return magic.toString('latin1');
}

/** A short hash of a magic, safe to log. */
export function fingerprintOf(magic: Buffer): string {
  return createHash('sha256').update(magic).digest('hex').slice(0, 8);
}

/**
 * A remote scamper as the controller sees it: its session, its connection while it has one, its clients, and
 * the steps of its life. Steps that call asynchronous hooks run one at a time.
 */
export class Instance implements LinkReader {
  readonly session = new Session();
  readonly channels = new Set<Channel>();
  /** Channels that the read being processed brought something for. */
  readonly touched: Channel[] = [];
  readonly view: InstanceView;
  readonly fingerprint: string;
  readonly since: Date;
  state: InstanceView['state'] = 'pending';
  readonly #core: CoreContext;
  readonly #key: string;
  #origin: Origin;
  #link: Link | undefined;
  /** The connection that came last to carry on the session. */
  #claim: Link | undefined;
  #undos: Release[] = [];
  #wasAttached = false;
  /** While a read is processed or what came with it is handed on. */
  #busy = false;
  #holds = 0;
  #clientsHeld = false;
  /** Clock time at which a zombie is given up. */
  #keepUntil = Infinity;
  #steps: Promise<void> = Promise.resolve();

  constructor(
    core: CoreContext,
    readonly id: number,
    magic: Buffer,
    readonly monitorName: string | undefined,
    origin: Origin,
  ) {
    this.#core = core;
    this.#key = magicKey(magic);
    this.#origin = origin;
    this.fingerprint = fingerprintOf(magic);
    this.since = core.clock.date();
    this.view = new InstanceHandle(this);
    core.registry.byMagic.set(this.#key, this);
  }

  get name(): string {
    return instanceName(this.#origin.peer, this.monitorName);
  }

  get origin(): Origin {
    return this.#origin;
  }

  // ---- relay

  read(chunk: Buffer): void {
    const link = this.#link;
    if (link === undefined) return;
    this.session.heard(this.#core.clock.now());
    const fault = this.#relay(() => this.#decode(link, chunk));
    this.session.acknowledge();
    this.flush();
    if (fault !== undefined) link.break(fault);
    else if (this.#clientsHeld) this.#releaseClients();
  }

  /** A fault of the peer ends its connection; a fault of ours must not end more than that. */
  #decode(link: Link, chunk: Buffer): ScrError | undefined {
    try {
      link.decoder.push(chunk, this.session);
    } catch (cause) {
      if (cause instanceof FrameLengthError) return new ScrError(errors.SCR_PROTOCOL, cause.message);
      return new ScrError(errors.SCR_INTERNAL, this.name, { cause });
    }
    const { fault } = this.session;
    return fault === undefined ? undefined : new ScrError(errors.SCR_PROTOCOL, fault);
  }

  /** Does what puts bytes on channels, and hands them on. */
  #relay<T>(work: () => T): T {
    const { gather } = this.#core;
    this.#busy = true;
    gather.begin();
    try {
      const result = work();
      for (const channel of this.touched) deliver(channel); // may touch others, which join the list
      return result;
    } finally {
      this.touched.length = 0;
      this.#busy = false;
      gather.end();
    }
  }

  /** Hands on what was put on a channel outside of a read; within one, the read's end does. */
  deliverUnlessBusy(): void {
    if (!this.#busy) this.#deliver();
  }

  #deliver(): void {
    this.#relay(() => undefined);
  }

  /** Writes what the session has to say. While disconnected, what matters is held for the resume. */
  flush(): void {
    if (this.#link !== undefined) {
      const output = this.session.takeOutput(this.#core.clock.now());
      if (output.length > 0) this.#link.write(output);
    } else if (this.state === 'zombie') {
      this.session.disconnected();
    }
  }

  /** Attaches a local client. @throws ScrError */
  connect(client: Duplex, origin: ClientOrigin): Channel {
    if (!isDuplex(client)) throw new TypeError(`connect takes a Duplex stream, not ${inspect(client, { depth: 0 })}`);
    if (this.state === 'gone' || this.state === 'zombie') throw new ScrError(errors.SCR_INSTANCE_GONE, this.name);
    this.#assertRoom();
    const channel = new Channel(this.#core, this, client, origin);
    this.channels.add(channel);
    this.#tellOf(channel);
    if (this.#clientsHeld) channel.pauseClient(true);
    if (channel.client.destroyed) channel.clientGone(); // before it was handed over: no event tells
    this.flush();
    return channel;
  }

  /** @throws ScrError SCR_CLIENT_CROWD, SCR_CHANNEL_CROWD, SCR_INSTANCE_FULL */
  #assertRoom(): void {
    const { channels, instanceBuffer } = this.#core.limits;
    if (this.channels.size >= channels) throw new ScrError(errors.SCR_CLIENT_CROWD, this.name);
    if (this.session.channelCount >= channels * UNFINISHED_AT_MOST) {
      throw new ScrError(errors.SCR_CHANNEL_CROWD, this.name);
    }
    if (this.session.heldBytes > instanceBuffer * HELD_AT_MOST) throw new ScrError(errors.SCR_INSTANCE_FULL, this.name);
  }

  /** Who used what is the first question after an incident. */
  #tellOf({ id: channel, origin: { credentials } }: Channel): void {
    const who = credentials === undefined ? {} : { credentials };
    const fields = { event: 'client.attached', ...this.fields(), channel, ...who };
    this.#core.log.info(fields, `a client attached to ${this.name}`);
  }

  // ---- pace

  /** A client cannot keep pace: stops reading the instance until {@link release}. */
  hold(): void {
    if (++this.#holds === 1) this.#link?.hold();
  }

  release(): void {
    if (--this.#holds > 0) return;
    this.session.excuse(this.#core.clock.now()); // it may have spoken all the time
    this.#link?.release();
  }

  /** Stops reading the clients while too much waits for the instance. */
  holdClientsIfFull(): void {
    if (this.#clientsHeld || this.session.heldBytes <= this.#core.limits.instanceBuffer) return;
    this.#clientsHeld = true;
    for (const channel of this.channels) channel.pauseClient(true);
    this.#debug('clients.held', { bytes: this.session.heldBytes });
  }

  #releaseClients(): void {
    if (this.session.heldBytes > this.#core.limits.instanceBuffer / 2) return;
    this.#clientsHeld = false;
    for (const channel of this.channels) channel.pauseClient(false);
    this.#debug('clients.released', {});
  }

  // ---- time

  /** Called about once a second. */
  sweep(now: number): void {
    if (this.state === 'zombie' && now >= this.#keepUntil) {
      this.expire({ code: 'SCR_INSTANCE_GONE', reason: 'it did not come back in time' });
    }
    const link = this.#link;
    if (link === undefined) return;
    if (link.blockedSince !== undefined && now - link.blockedSince >= SILENCE_LIMIT) {
      link.break(new ScrError(errors.SCR_INSTANCE_DEAF));
      return;
    }
    if (link.held) this.session.excuse(now);
    const health = this.session.tick(now);
    if (health === 'silent') return link.break(new ScrError(errors.SCR_INSTANCE_SILENT));
    if (health === 'deaf') return link.break(new ScrError(errors.SCR_INSTANCE_DEAF));
    if (health === 'well') return;
    this.#debug('protocol.keepalive', {});
    this.flush();
  }

  // ---- life: pending → connected ⇄ zombie → gone

  /** Makes a new instance reachable. @throws what an attach handler threw; the instance is gone then */
  attach(): Promise<void> {
    return this.#step(async () => {
      try {
        await this.#makeReachable(false);
      } catch (failure) {
        this.forget();
        this.#endClients(); // some may have come through what was made before the failure
        throw failure;
      }
    });
  }

  /** Gives every client what is its own, and end of file. */
  #endClients(): void {
    this.session.close();
    this.#deliver();
  }

  /**
   * Makes a returning instance reachable under its new name, in place of the connection it may still seem to have.
   * Of several that come at once the last one holds: {@link isClaimedBy}.
   * @throws ScrError SCR_RESUME_MISMATCH, SCR_RESUME_UNKNOWN, or what an attach handler threw
   */
  reattach(link: Link, origin: Origin, request: MasterRes): Promise<void> {
    return this.#step(async () => {
      if (this.state === 'gone') throw new ScrError(errors.SCR_RESUME_UNKNOWN);
      if (!this.#agrees(request)) {
        // scamper will start afresh with another magic: nobody comes back for this session.
        const why = new ScrError(errors.SCR_RESUME_MISMATCH, this.name);
        this.expire({ code: why.code, reason: why.message });
        throw why;
      }
      if (this.#link !== undefined) this.#leaveLink();
      this.#claim = link;
      await this.#moveTo(origin);
    });
  }

  #agrees(request: MasterRes): boolean {
    return (
      this.session.heldBytes <= this.#core.limits.instanceBuffer * HELD_AT_RESUME && this.session.canResume(request)
    );
  }

  /** The time it is kept stands still meanwhile, and goes on when it could not be made reachable. */
  async #moveTo(origin: Origin): Promise<void> {
    const keepUntil = this.#keepUntil;
    this.#keepUntil = Infinity;
    try {
      await this.#unreachable();
      this.#origin = origin;
      await this.#makeReachable(true);
    } catch (failure) {
      if (keepUntil === Infinity) await this.#afterLoss({ code: 'SCR_INSTANCE_REPLACED', reason: reasonOf(failure) });
      else this.#keepUntil = keepUntil;
      throw failure;
    }
  }

  /** Whether no other connection has come for the instance since. */
  isClaimedBy(link: Link): boolean {
    return this.#claim === link;
  }

  /** The connection carries the instance from now on; `answer` is written first, then what the session has to say. */
  bind(link: Link, answer: readonly Buffer[]): void {
    this.#link = link;
    this.state = 'connected';
    this.#keepUntil = Infinity;
    this.session.connected(this.#core.clock.now());
    link.reader = this;
    link.decoder.maxPayload = MAX_PAYLOAD;
    if (answer.length > 0) link.write(answer);
    if (this.#holds > 0) link.hold();
    if (this.#clientsHeld) this.#releaseClients();
    this.read(NOTHING); // frames that came right behind the hello, and what clients sent meanwhile
  }

  lost(why: ScrError): void {
    if (this.state !== 'connected') return;
    this.#leaveLink();
    const fields = { event: 'instance.disconnected', ...this.fields(), ...errorFields(why) };
    this.#core.log.info(fields, `${this.name} disconnected: ${why.message}`);
    this.#stepAlone(() => this.#afterLoss({ code: why.code, reason: why.message }));
  }

  #leaveLink(): void {
    this.#link?.drop();
    this.#link = this.#claim = undefined;
    this.state = 'zombie';
    this.#keepUntil = Infinity;
    this.session.disconnected();
  }

  /** Takes the instance out of reach and asks whether its state shall be kept. */
  async #afterLoss(loss: Ending): Promise<void> {
    await this.#unreachable();
    if (this.state !== 'zombie') return;
    const keep: KeepRequest = { keepFor: 0 };
    await this.#core.hooks.disconnect.run(this.view, loss, keep);
    if (this.#isGone()) return;
    if (keep.keepFor === 0) {
      this.expire(loss);
      return;
    }
    this.#keepUntil = this.#core.clock.now() + keep.keepFor;
    this.#core.log.info(
      { event: 'instance.zombie', ...this.fields(), seconds: keep.keepFor / 1000 },
      `${this.name} is kept for ${keep.keepFor / 1000} s`,
    );
  }

  /** Asked after a wait, during which the state may have changed. */
  #isGone(): boolean {
    return this.state === 'gone';
  }

  /** Gone for good: its clients see end of file. */
  expire(end: Ending): void {
    if (this.state === 'gone') return;
    const farewell = this.#link;
    this.#link = undefined;
    this.forget();
    farewell?.end();
    this.#endClients();
    this.#core.log.info({ event: 'instance.gone', ...this.fields(), ...end }, `${this.name} is gone: ${end.reason}`);
    this.#stepAlone(async () => {
      await this.#unreachable();
      if (this.#wasAttached) await this.#core.hooks.expire.run(this.view, end);
    });
  }

  /** Strikes the instance off the list, without telling anybody: it was never attached, or is gone. */
  forget(): void {
    this.state = 'gone';
    if (this.#core.registry.byMagic.get(this.#key) === this) this.#core.registry.byMagic.delete(this.#key);
  }

  /** Settles when every step under way has ended. */
  settled(): Promise<void> {
    return this.#steps;
  }

  async #makeReachable(resumed: boolean): Promise<void> {
    const { byName } = this.#core.registry;
    const { name } = this;
    if (byName.has(name)) throw new ScrError(errors.SCR_NAME_TAKEN, name);
    byName.set(name, this);
    this.#undos = [() => void byName.delete(name)];
    try {
      await this.#core.hooks.attach.run(this.view, { resumed }, this.#undos);
      this.#wasAttached = true;
    } catch (failure) {
      await this.#unreachable();
      throw failure;
    }
  }

  async #unreachable(): Promise<void> {
    const undos = this.#undos;
    this.#undos = [];
    await runReleases(undos, this.#core);
  }

  /** Runs one step after those before it, whatever became of them. */
  #step<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#steps.then(task);
    this.#steps = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** A step that nobody waits for: its failure is told in the log. */
  #stepAlone(task: () => Promise<void>): void {
    this.#step(task).catch((failure: unknown) => {
      this.#core.log.error({ event: 'instance.failed', ...this.fields(), ...errorFields(failure) }, reasonOf(failure));
    });
  }

  fields(): Record<string, unknown> {
    return {
      instance: this.name,
      id: this.id,
      ...(this.monitorName !== undefined && { monitorName: this.monitorName }),
      fingerprint: this.fingerprint,
    };
  }

  #debug(event: string, fields: Record<string, unknown>): void {
    if (this.#core.log.isLevelEnabled('debug')) this.#core.log.debug({ event, ...this.fields(), ...fields }, event);
  }
}
