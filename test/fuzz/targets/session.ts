import { ControlType, type MasterRes } from '../../../core/protocol/control.js';
import { FrameDecoder, FrameLengthError } from '../../../core/protocol/frame.js';
import { type Receiver, Session } from '../../../core/session/session.js';
import { advance } from '../../../core/protocol/serial.js';
import { type Action, MAGIC, OddScamper, type Player, play, scripts } from '../support/odd-scamper.js';
import { Script } from '../support/script.js';
import { type Target, allowing, each, holds } from '../support/target.js';

const SENT = Buffer.alloc(262_144, 0x62);
/** Orphans that are known at a time. */
const ORPHANS = 1_024;

/** A client that sees to it that nothing comes behind its end. */
class Watched implements Receiver {
  ends = 0;
  id = 0;

  data(_buffer: Buffer, start: number, end: number): void {
    holds(this.ends === 0, 'data behind the end');
    holds(end > start, 'data without octets');
  }

  end(): void {
    this.ends++;
  }
}

/** A session, between a scamper and clients that do what a script says. */
class World implements Player {
  readonly #session: Session;
  readonly #scamper: OddScamper;
  readonly #clients: Watched[] = [];
  readonly #abandoned = new Set<Watched>();
  #decoder = new FrameDecoder();
  #connected = true;
  #now = 0;

  constructor(script: Script) {
    const kind = script.u8();
    const sequence = (kind & 2) === 0 ? 0 : 0xffff_fffa;
    const far = script.u8();
    const request = { type: ControlType.MASTER_RES, magic: MAGIC, rcvNxt: far, sndUna: sequence, sndNxt: sequence };
    const isRecalled = (kind & 1) !== 0;
    this.#session = new Session(isRecalled ? { recalled: request, channel: far } : { sequence, channel: far });
    this.#scamper = new OddScamper(script, isRecalled ? far : sequence, sequence);
    if (isRecalled) this.#resume(request);
  }

  /** Does what the script says next. */
  step(): void {
    play(this.#scamper.next(), this);
  }

  client(action: Extract<Action, { client: number }>): void {
    if (action.type === 'open') this.#open();
    const client = this.#clients[action.client % this.#clients.length];
    if (client === undefined) return;
    if (action.type === 'send') this.#session.send(client.id, SENT.subarray(0, action.octets));
    else if (action.type === 'finish') this.#session.finish(client.id);
    else if (action.type === 'leave') {
      this.#session.abandon(client.id);
      this.#abandoned.add(client);
    }
    this.#write();
  }

  #open(): void {
    const client = new Watched();
    client.id = this.#session.open(client);
    this.#clients.push(client);
  }

  read(bytes: Buffer): void {
    if (!this.#connected) return;
    this.#session.heard(this.#now);
    const isWhole = allowing(
      (failure) => failure instanceof FrameLengthError,
      () => {
        this.#decoder.push(bytes, this.#session);
        return true;
      },
    );
    if (isWhole === true && this.#session.fault === undefined) this.#scamper.wasHeard(bytes);
    this.#session.acknowledge();
    this.#write();
    if (isWhole === undefined || this.#session.fault !== undefined) this.cut();
  }

  /** What the controller would write: whole frames, and none without a connection. */
  #write(): void {
    if (!this.#connected) return;
    for (const piece of this.#session.takeOutput(this.#now)) this.#scamper.hear(piece);
  }

  cut(): void {
    this.#session.disconnected();
    this.#connected = false;
  }

  comeBack(request: MasterRes): void {
    this.cut();
    if (this.#session.canResume(request)) this.#resume(request);
  }

  #resume(request: MasterRes): void {
    this.#session.resume(request);
    this.#session.connected(this.#now);
    this.#connected = true;
    this.#decoder = new FrameDecoder();
    this.#scamper.connected();
    this.#write();
  }

  wait(ms: number): void {
    this.#now += ms;
    if (!this.#connected) return;
    this.#session.finishOrphans(this.#now);
    const health = this.#session.tick(this.#now);
    this.#write();
    if (health === 'silent' || health === 'deaf') this.cut();
  }

  /** Whatever came before: silence ends a connection, coming back does not make it grow, and at the end nothing is left. */
  end(): void {
    this.#checkSilence();
    this.#checkResumes();
    const bound = this.#clients.length * 2 + ORPHANS + this.#session.sent;
    holds(this.#session.channelCount <= bound, 'more channels than were opened');
    this.#session.close({ code: 'END', reason: 'end' });
    holds(this.#session.channelCount === 0, 'channels are left');
    holds(this.#session.heldBytes === 0, 'messages are held');
    holds(!this.#session.owes, 'ACKs are owed');
    holds(this.#session.takeOutput(this.#now).length === 0, 'output is left');
    for (const client of this.#clients) {
      holds(
        client.ends === 1 || (client.ends === 0 && this.#abandoned.has(client)),
        `a client saw ${client.ends} ends`,
      );
    }
  }

  #checkSilence(): void {
    for (let seconds = 0; this.#connected; seconds++) {
      holds(seconds <= 61, 'silence does not end the connection');
      this.wait(1_000);
    }
  }

  /** It comes back again and again with the same numbers, and finishes what it is told of. */
  #checkResumes(): void {
    let held = Infinity;
    for (let round = 0; round < 6; round++) {
      const { rcvNxt, sndNxt } = this.#scamper;
      this.#scamper.channels.length = 0;
      this.comeBack({ type: ControlType.MASTER_RES, magic: MAGIC, rcvNxt, sndUna: sndNxt, sndNxt });
      if (!this.#connected) return;
      if (round === 2) held = this.#session.heldBytes;
      holds(this.#session.heldBytes <= held, 'more is held with each resume');
      for (const channel of this.#scamper.channels) this.#finish(channel);
      this.#scamper.rcvNxt = rcvNxt; // it acknowledges nothing
    }
  }

  #finish(channel: number): void {
    const frame = Buffer.alloc(5);
    frame[0] = ControlType.CHANNEL_FIN;
    frame.writeUInt32BE(channel, 1);
    this.#session.frame(this.#scamper.sndNxt, 0, frame, 0, 5);
    this.#scamper.sndNxt = advance(this.#scamper.sndNxt, 1);
  }
}

/** The state machine of one instance: what it says once it is attached, resumes, recalled sessions, time. */
export const session: Target = each('session', true, scripts, (bytes) => {
  const script = new Script(bytes);
  const world = new World(script);
  while (!script.done) world.step();
  world.end();
});
