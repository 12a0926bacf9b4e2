import { hash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ScrError, endingOf, errors, reasonOf } from '../contract/errors.js';
import { type LogFields, errorFields } from '../contract/logger.js';
import type {
  ChannelView,
  ClientOrigin,
  Ending,
  InstanceFigures,
  InstanceView,
  Port,
  Sink,
  TlsIdentity,
} from '../contract/views.js';
import type { KeepRequest } from '../hooks/hooks.js';
import { type Owned, runReleases } from '../hooks/release.js';
import type { MasterRes } from '../protocol/control.js';
import { type Peer, instanceName } from '../protocol/names.js';
import type { Link } from '../streams/link.js';
import { Relay, type RelayOwner } from '../relay/relay.js';
import type { InstanceContext, Known } from './context.js';
import { LIVES } from './sums.js';
import { View, type Viewed } from './view.js';

/** Where an instance's present, or last, connection came from. */
export interface Origin {
  readonly transport: string;
  readonly peer: Peer;
  /** What the peer counts for. */
  readonly network: string;
  readonly tls: TlsIdentity | undefined;
}

/** A session that was begun by a controller which is no more. */
export interface Past {
  readonly request: MasterRes;
  /** When the instance first said who it is, where that is known. */
  readonly since: Date | undefined;
}

type State = InstanceView['state'];

/** What the hash of a session begins with, so that it equals no other hash of the magic. */
const SESSION_LABEL = Buffer.from('sc-remoted session\0');

/** Undefined for a time without end, or so far away that no calendar has it. */
function dateOf(time: number): Date | undefined {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** A short hash of a magic, safe to log. */
export function fingerprintOf(magic: Buffer): string {
  return hash('sha256', magic, 'hex').slice(0, 8);
}

/** Names a session to plugins, and in what they store: the magic cannot be found from it, and no two have the same. */
export function sessionOf(magic: Buffer): string {
  return hash('sha256', Buffer.concat([SESSION_LABEL, magic]), 'base64url');
}

/**
 * A remote scamper as the controller sees it, and the steps of its life: pending → connected ⇄ zombie → gone. Steps that
 * call asynchronous hooks run one at a time. Its bytes are the relay's.
 */
export class Instance implements RelayOwner, Viewed, Known {
  readonly relay: Relay;
  readonly view: InstanceView = new View(this);
  readonly fingerprint: string;
  readonly session: string;
  readonly since: Date;
  /** Whether its session was begun by another controller. */
  readonly isRecalled: boolean;
  readonly #core: InstanceContext;
  #state: State = 'pending';
  #origin: Origin;
  /** The connection that came last to carry on the session. */
  #claim: Link | undefined;
  #releases: Owned[] = [];
  #wasAttached = false;
  #resumes = 0;
  #lostAt: Date | undefined;
  /** Clock time at which a zombie is given up. */
  #keepUntil = Infinity;
  #keptUntil: Date | undefined;
  #steps: Promise<void> = Promise.resolve();

  /** Registers nothing: that is the caller's. */
  constructor(
    core: InstanceContext,
    readonly id: number,
    readonly magic: Buffer,
    readonly monitorName: string | undefined,
    origin: Origin,
    past?: Past,
  ) {
    this.#core = core;
    this.#origin = origin;
    this.fingerprint = fingerprintOf(magic);
    this.session = sessionOf(magic);
    this.since = past?.since ?? core.clock.date();
    this.isRecalled = past !== undefined;
    this.relay = new Relay(core, this, past?.request);
  }

  get name(): string {
    return instanceName(this.#origin.peer, this.monitorName);
  }

  get origin(): Origin {
    return this.#origin;
  }

  get state(): State {
    return this.#state;
  }

  figures(): InstanceFigures {
    const life = { resumes: this.#resumes, lostAt: this.#lostAt, keptUntil: this.#keptUntil };
    return { ...this.relay.figures(), ...life };
  }

  fields(): Record<string, unknown> {
    return {
      instance: this.name,
      id: this.id,
      ...(this.monitorName !== undefined && { monitorName: this.monitorName }),
      fingerprint: this.fingerprint,
    };
  }

  get isExpendable(): boolean {
    const isNeeded = this.relay.channels.size > 0 || this.#origin.tls?.authorized === true;
    return this.#state === 'zombie' && this.#keepUntil < Infinity && !isNeeded;
  }

  /** Tells of its life, unless too many do. */
  #log(event: string, message: () => string, more: () => LogFields): void {
    const { sums, log } = this.#core;
    if (!sums.writes({ event, level: 'info' }, this.#origin.network, LIVES)) return;
    log.info({ event, ...this.fields(), ...more() }, message());
  }

  // ---- clients

  deserted(): void {
    if (this.#state === 'zombie') this.#core.registry.place(this);
  }

  /** @throws ScrError SCR_INSTANCE_GONE, SCR_INSTANCE_AWAY, SCR_CLIENT_DENIED, and what the relay throws */
  open(sink: Sink, origin: ClientOrigin): Port {
    return this.#letIn(origin, () => this.relay.open(sink, origin));
  }

  /** @throws as {@link open}; TypeError where it is no stream */
  connect(stream: Duplex, origin: ClientOrigin): ChannelView {
    return this.#letIn(origin, () => this.relay.connect(stream, origin)).channel;
  }

  /** A refusal is told to observers too: whoever serves the client may keep it to itself. */
  #letIn<T>(origin: ClientOrigin, open: () => T): T {
    try {
      this.#admit(origin);
      return open();
    } catch (failure) {
      if (failure instanceof ScrError) this.#refused(origin, failure);
      throw failure;
    }
  }

  #refused(origin: ClientOrigin, { code, message: reason, plugin }: ScrError): void {
    const at = this.#core.clock.date();
    this.#core.clientRefused({ instance: this.view, origin, code, reason, plugin, at });
  }

  #admit(origin: ClientOrigin): void {
    if (this.#state === 'gone') throw new ScrError(errors.SCR_INSTANCE_GONE, this.name);
    if (this.#state === 'zombie') throw new ScrError(errors.SCR_INSTANCE_AWAY, this.name);
    const denial = this.#core.hooks.open.run({ instance: this.view, origin });
    if (denial !== undefined) throw denial;
  }

  // ---- time

  /** Called about once a second. */
  sweep(now: number): void {
    if (this.#state === 'zombie' && now >= this.#keepUntil) {
      this.expire({ code: errors.SCR_INSTANCE_GONE.code, reason: 'it did not come back in time' });
    }
    this.relay.sweep(now);
  }

  // ---- life

  /** Makes a new instance reachable. @throws what an attach handler threw; the instance is gone then */
  attach(): Promise<void> {
    return this.#step(async () => {
      try {
        await this.#makeReachable(false);
      } catch (failure) {
        this.forget();
        throw failure;
      }
    });
  }

  /**
   * Makes a returning instance reachable under its new name, in place of the connection it may still seem to have.
   * Of several that come at once the last one holds: {@link isClaimedBy}.
   * @throws ScrError SCR_RESUME_MISMATCH, SCR_RESUME_UNKNOWN, SCR_INSTANCE_GONE, or what an attach handler threw
   */
  reattach(link: Link, origin: Origin, request: MasterRes): Promise<void> {
    return this.#step(async () => {
      if (this.#state === 'gone') throw this.#goneBeforeResume();
      if (!this.relay.agrees(request)) {
        // scamper will start afresh: nobody comes back for this session.
        const why = new ScrError(errors.SCR_RESUME_MISMATCH, this.name);
        this.expire(endingOf(why));
        throw why;
      }
      if (this.relay.link !== undefined) this.#leave(new ScrError(errors.SCR_INSTANCE_REPLACED));
      this.#claim = link;
      await this.#moveTo(origin);
    });
  }

  /** One that was recalled and could not be made reachable can be recalled again: its scamper must not start afresh. */
  #goneBeforeResume(): ScrError {
    return this.#wasAttached
      ? new ScrError(errors.SCR_RESUME_UNKNOWN)
      : new ScrError(errors.SCR_INSTANCE_GONE, this.name);
  }

  /** Meanwhile the time for which it is kept stands still; it goes on where the instance cannot be made reachable. */
  async #moveTo(origin: Origin): Promise<void> {
    const keepUntil = this.#keepUntil;
    this.#keepUntil = Infinity;
    try {
      this.#core.registry.place(this);
      await this.#unreachable();
      this.#origin = origin;
      this.#core.registry.place(this);
      await this.#makeReachable(true);
    } catch (failure) {
      if (this.#state === 'pending') this.forget();
      else if (keepUntil === Infinity) {
        await this.#afterLoss({ code: errors.SCR_INSTANCE_REPLACED.code, reason: reasonOf(failure) });
      } else this.#keepUntil = keepUntil;
      this.#core.registry.place(this);
      throw failure;
    }
  }

  /** Whether no other connection has come for the instance since. */
  isClaimedBy(link: Link): boolean {
    return this.#claim === link;
  }

  /** The connection carries the instance from now on; see {@link Relay.carry}. */
  carry(link: Link, greeting: readonly Buffer[], request?: MasterRes): void {
    if (request !== undefined) this.#resumes++;
    this.#lostAt = this.#keptUntil = undefined;
    this.#keepUntil = Infinity;
    this.#become('connected', undefined);
    this.relay.carry(link, greeting, request);
  }

  lost(why: ScrError): void {
    if (this.#state !== 'connected') return;
    this.#leave(why);
    this.#log(
      'instance.disconnected',
      () => `${this.name} disconnected: ${why.message}`,
      () => errorFields(why),
    );
    this.#stepAlone(() => this.#afterLoss(endingOf(why)));
  }

  #leave(why: ScrError): void {
    this.relay.leave()?.drop();
    this.#claim = undefined;
    this.#keepUntil = Infinity;
    this.#lostAt = this.#core.clock.date();
    this.#become('zombie', endingOf(why));
  }

  /** Takes the instance out of reach and asks whether its state shall be kept. */
  async #afterLoss(loss: Ending): Promise<void> {
    await this.#unreachable();
    if (this.#state !== 'zombie') return;
    const keep: KeepRequest = { keepFor: 0 };
    await this.#core.hooks.disconnect.run(this.view, loss, keep);
    if (this.#isGone()) return;
    if (keep.keepFor === 0) this.expire(loss);
    else this.#keep(keep.keepFor, loss);
  }

  #keep(keepFor: number, loss: Ending): void {
    const { clock } = this.#core;
    this.#keepUntil = clock.now() + keepFor;
    this.#keptUntil = dateOf(clock.date().getTime() + keepFor);
    this.#become('zombie', loss);
    const seconds = keepFor / 1000;
    this.#log(
      'instance.zombie',
      () => `${this.name} is kept for ${seconds} s`,
      () => ({ seconds }),
    );
  }

  /** Asked after a wait, during which the state may have changed. */
  #isGone(): boolean {
    return this.#state === 'gone';
  }

  #become(to: State, why: Ending | undefined): void {
    const from = this.#state;
    this.#state = to;
    this.#core.registry.place(this);
    this.#core.changed({ instance: this.view, from, to, why, keptUntil: this.#keptUntil, at: this.#core.clock.date() });
  }

  /** Gone for good: its clients see end of file. */
  expire(end: Ending): void {
    if (this.#state === 'gone') return;
    this.relay.farewell();
    const link = this.relay.leave();
    this.#strikeOff(end);
    link?.end();
    this.relay.close(end);
    this.#log(
      'instance.gone',
      () => `${this.name} is gone: ${end.reason}`,
      () => ({ ...end }),
    );
    this.#stepAlone(async () => {
      await this.#unreachable();
      if (this.#wasAttached) await this.#core.hooks.expire.run(this.view, end);
    });
  }

  #strikeOff(end: Ending): void {
    this.#core.registry.remove(this);
    this.#become('gone', end);
  }

  /** A new instance comes to nothing. Clients may have come through what was made before: they see end of file. */
  forget(): void {
    if (this.#state === 'gone') return;
    const end = endingOf(errors.SCR_INSTANCE_GONE);
    this.#strikeOff(end);
    this.relay.close(end);
  }

  /** Settles when every step under way has ended. */
  settled(): Promise<void> {
    return this.#steps;
  }

  async #makeReachable(resumed: boolean): Promise<void> {
    this.#releases = [{ plugin: undefined, release: this.#core.registry.take(this.name) }];
    try {
      await this.#core.hooks.attach.run(this.view, { resumed }, this.#releases);
      this.#wasAttached = true;
    } catch (failure) {
      await this.#unreachable();
      throw failure;
    }
  }

  async #unreachable(): Promise<void> {
    const releases = this.#releases;
    this.#releases = [];
    await runReleases(releases, this.#core);
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
}
