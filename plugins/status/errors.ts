import { defineErrors } from '../../plugin-sdk/index.js';

export const errors = defineErrors({
  // ## The start
  SCR_STATUS_REMEMBER: [
    'this is no time for which VPs can be remembered',
    'give days, hours or minutes: 30d, 12h, 90m',
  ],
  /** Whoever reaches the port sees the fleet: its addresses, names and certificates. */
  SCR_STATUS_EXPOSED: [
    'the status would be shown to the network, to whoever asks',
    'name a loopback address, and a reverse proxy or ssh -L for others; or set `insecure`',
  ],
});
