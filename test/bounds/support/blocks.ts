import { HEADER } from '../../../bench/load/frames.js';
import type { LoadInstance } from '../../../bench/load/instance.js';

/** A message of a block: how long, on which channel. */
export interface Message {
  readonly channel: number;
  readonly size: number;
}

/** Sends the same messages again and again, each time when the last ones were acknowledged. */
export function sendInBlocks(instance: LoadInstance, messages: readonly Message[]): void {
  let left = [...messages];
  let block = Buffer.alloc(0);
  const layOut = (): void => {
    block = Buffer.alloc(
      left.reduce((total, { size }) => total + HEADER + size, 0),
      'x',
    );
  };
  const send = (): void => {
    let at = 0;
    for (const { channel, size } of left) {
      instance.stamp(block, at, channel, size);
      at += HEADER + size;
    }
    if (at > 0) instance.write(block);
  };
  instance.events = {
    acknowledged: () => {
      if (instance.inFlight === 0) send();
    },
    closed: (channel) => {
      left = left.filter((message) => message.channel !== channel);
      layOut();
    },
  };
  layOut();
  send();
}
