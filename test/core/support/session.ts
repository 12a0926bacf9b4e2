import type { Ending } from '../../../core/contract/views.js';
import { ControlType } from '../../../core/protocol/control.js';
import { type Receiver, type Session } from '../../../core/session/session.js';
import { frames } from './frames.js';

/** What a session said since it was last asked, one line a frame: `#number what`. */
export function said(session: Session, now = 0): string[] {
  return frames(session.takeOutput(now)).map(({ sequence, channel, payload }) => {
    const bytes = Buffer.from(payload);
    return `#${sequence} ${channel === 0 ? control(bytes) : `data ${channel} ${bytes.toString('latin1')}`}`;
  });
}

function control(payload: Buffer): string {
  const names = Object.entries(ControlType).map(([name, type]) => [type, name] as const);
  const name = new Map(names).get(payload[0] as (typeof ControlType)['ACK']) ?? 'unknown';
  return payload.length < 5 ? name : `${name} ${payload.readUInt32BE(1)}`;
}

/** Gives the session one frame. */
export function hear(
  session: Session,
  sequence: number,
  channel: number,
  payload: string | readonly number[],
): boolean {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : Buffer.from(payload);
  return session.frame(sequence, channel, bytes, 0, bytes.length);
}

/** Gives the session a control message with a number in it. */
export function hearControl(
  session: Session,
  sequence: number,
  type: keyof typeof ControlType,
  value: number,
): boolean {
  const body = Buffer.alloc(4);
  body.writeUInt32BE(value);
  return hear(session, sequence, 0, [ControlType[type], ...body]);
}

/** Keeps what comes on a channel. */
export class Collected implements Receiver {
  text = '';
  ended = false;
  why: Ending | undefined;

  data(buffer: Buffer, start = 0, end = buffer.length): void {
    this.text += buffer.toString('latin1', start, end);
  }

  end(why?: Ending): void {
    this.ended = true;
    this.why = why;
  }
}

/** A resume as scamper asks for it; the magic plays no part in a session. */
export function resumeRequest(rcvNxt: number, sndUna: number, sndNxt: number) {
  return { type: ControlType.MASTER_RES, magic: Buffer.from('magic'), rcvNxt, sndUna, sndNxt } as const;
}
