import { defineErrors } from '../../plugin-sdk/index.js';

export const errors = defineErrors({
  // ## The start
  SCR_MUX_NOWHERE: ['the mux is not told where to listen', 'give it a path, or listen, or both'],
  /** Whoever reaches the port reads and commands everything that `access` lets it. */
  SCR_MUX_INSECURE: [
    'the mux would listen on the network without TLS',
    'give it tls with a certificate, or a loopback address; or say insecure: true',
  ],

  // ## A client of the mux
  /** Also for an instance that is only kept for a resume: it cannot be opened meanwhile. */
  SCR_MUX_NO_INSTANCE: ['there is no such instance', 'open one that the mux has announced'],
  /** The channel that has the number ends as well: both sides agree then that it is free. */
  SCR_MUX_CHANNEL_TAKEN: ['the channel number is in use', 'count channels up from 1'],
  SCR_MUX_CHANNEL_ZERO: ['channel 0 is no channel of an instance', 'count channels up from 1'],
  SCR_MUX_CHANNELS: ['this client has as many channels as it may', 'close some, or raise the option channels of mux'],
  /** It is a zombie, or its connection takes nothing. The other channels of the client go on. */
  SCR_MUX_CHANNEL_FULL: [
    'the instance takes no commands for now, and more were sent than are kept for it',
    'send fewer commands before their answers come',
  ],
  SCR_MUX_PROTOCOL: ['the client does not speak the protocol of the mux', 'correct the client: docs/protocol.md'],
  SCR_MUX_STALLED: ['the client takes nothing of what is sent to it', 'read what the mux sends, or close channels'],
  /** It was the one for which much had waited for long, of the user for whom most waited. */
  SCR_MUX_BACKLOG: [
    'too much waits for all clients together, and much of it for this one',
    'read what the mux sends, and send fewer commands before their answers come; or raise limits.backlogs',
  ],
  SCR_MUX_HELLO: ['no frame came within the time limit', 'send a frame, or connect when there is something to send'],
  SCR_MUX_CROWD: ['as many clients are connected as may be', 'close some, or raise the option clients of mux'],
});
