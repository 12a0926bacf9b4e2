import { defineErrors } from '../core/contract/errors.js';

/** Failures of the SDK's helpers. */
export const sdkErrors = defineErrors({
  // ## A client, a local socket
  /** The limit is the operating system's: 107 bytes on Linux. */
  SCR_SOCKET_PATH_TOO_LONG: [
    'the path of the local socket is longer than the system allows',
    'use a directory with a shorter path, or a shorter monitor name',
  ],
  /** Two controllers with the same directory, for example. */
  SCR_SOCKET_IN_USE: [
    'another program already listens on this local socket',
    'stop the other program, or use another directory',
  ],
  SCR_SOCKET_BLOCKED: ['something that is not a socket is in the way', 'move the file away, or use another directory'],
  SCR_SOCKET_FAILED: [
    'the local socket cannot be made',
    'see the cause; check the permissions of the directory and the limit of file descriptors',
  ],
  /**
   * Where a plugin follows commands: [the bounds](limits.md#plugins-that-read-commands). The client is disconnected.
   */
  SCR_COMMANDS_WAITING: [
    'too many commands of this client wait for their answers',
    'look at that scamper: it should answer each command at once',
  ],
  /** The client is told `ERR the command could not be decided on`. */
  SCR_COMMAND_DECISION: [
    'a plugin could not decide on a command, so it was refused',
    'see the cause; if the plugin is not yours, tell its author',
  ],
});
