import type { LoadInstance } from '../../../bench/load/instance.js';
import { Stream } from '../../../bench/load/stream.js';

/** Lets an instance stream to every client that attaches to it from now on. */
export function streamFrom(instance: LoadInstance, size = 8_192, window = 64): void {
  const stream = new Stream(instance, size, window);
  instance.events = {
    opened: (channel) => {
      stream.channels.push(channel);
      stream.pump();
    },
    closed: (channel) => stream.leave(channel),
    acknowledged: () => stream.pump(),
  };
}
