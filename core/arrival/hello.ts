import { ScrError, errors } from '../contract/errors.js';
import { ControlError, decodeHello } from '../protocol/control.js';
import { FrameLengthError } from '../protocol/frame.js';
import type { Link } from '../streams/link.js';
import { type Arrival, linkOf } from './arrival.js';

/** docs/protocol.md [TIME-3]: before MASTER_NEW or MASTER_RES, silence of this many milliseconds ends the connection. */
export const HELLO_LIMIT = 30_000;

/** [HELLO-1]: the first message is MASTER_NEW or MASTER_RES, on channel 0. */
export function readHello(arrival: Arrival): Promise<void> {
  const link = linkOf(arrival);
  return new Promise((resolve, reject: (why: ScrError) => void) => {
    const finish = (why?: ScrError): void => {
      limit.cancel();
      arrival.waiting.heard(arrival);
      link.reader = undefined;
      link.pause();
      if (why === undefined) resolve();
      else reject(why);
    };
    const limit = arrival.core.clock.after(HELLO_LIMIT, () => finish(new ScrError(errors.SCR_HELLO_TIMEOUT)));
    link.reader = {
      read: (chunk) => {
        arrival.hasSpoken = true;
        const outcome = takeHello(arrival, link, chunk);
        if (outcome !== 'more') finish(outcome);
      },
      lost: (why) =>
        finish(arrival.evicted ?? new ScrError(errors.SCR_HELLO_EARLY_END, undefined, { cause: why.cause })),
    };
  });
}

/** @returns `more` when the message is not whole yet, a failure, or undefined when it is there. */
function takeHello(arrival: Arrival, link: Link, chunk: Buffer): 'more' | ScrError | undefined {
  let outcome: 'more' | ScrError | undefined = 'more';
  const sink = {
    frame: (sequence: number, channel: number, buffer: Buffer, start: number, end: number): boolean => {
      outcome = undefined;
      if (sequence !== 0 || channel !== 0) outcome = invalidHello('the first frame is not a control message');
      else arrival.hello = decodeHello(buffer.subarray(start, end));
      return false;
    },
  };
  try {
    link.decoder.push(chunk, sink);
    return outcome;
  } catch (cause) {
    if (cause instanceof FrameLengthError || cause instanceof ControlError) return invalidHello(cause.message);
    return new ScrError(errors.SCR_INTERNAL, undefined, { cause });
  }
}

function invalidHello(detail: string): ScrError {
  return new ScrError(errors.SCR_HELLO_INVALID, detail);
}
