import { defineErrors } from '../core/contract/errors.js';

/** Failures of the SDK's helpers. */
export const sdkErrors = defineErrors({
  // ## The start
  SCR_STATE: [
    'nothing can be kept in this directory of a plugin for its state',
    'see the cause; name a directory that this user may write to, on a disk with space left',
  ],
  /** Who could change it could have the controller take a stranger for a VP that was authenticated. */
  SCR_STATE_SHARED: [
    "the state of a plugin is not this user's alone",
    'give this user a directory of its own (chown, chmod go-w), and remove what is no plain file of mode 0600 in it',
  ],
  SCR_STATE_TAKEN: [
    'another controller keeps its state in this directory',
    'stop it, or give each controller a directory of its own',
  ],
  SCR_STATE_FORM: [
    'this file of a plugin is of another version, or longer than any can be',
    'start the version that wrote it, or move the file away; what it told is not known then: each scamper starts afresh, say',
  ],
  /** The controller goes on with what it could read. The file as it was is beside it. */
  SCR_STATE_DAMAGED: [
    'there are lines in the file of a plugin that make no sense',
    'look at the copy, and at the disk; what these lines told is not known: a scamper whose session it was starts afresh, say',
  ],
  /** The controller goes on without it. `state.unwritten` tells of it once, and `state.written` when it is over. */
  SCR_STATE_UNWRITTEN: [
    'the file of a plugin cannot be written at the moment',
    'see the cause: free space on the disk, most likely. It is tried again every 10 s',
  ],

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
