import { defineErrors } from '../../plugin-sdk/index.js';

export const errors = defineErrors({
  // ## The start
  SCR_ZOMBIE_TIME: ['this is longer than an instance may be kept', 'give at most 3h, 180m or 10800 seconds'],
  SCR_ZOMBIE_STATE: [
    'the sessions cannot be kept in this directory',
    'see the cause; name a directory that this user may write to, on a disk with space left',
  ],
  /** Who could change them could have the controller take a stranger for a VP that was authenticated. */
  SCR_ZOMBIE_STATE_SHARED: [
    "the sessions are not this user's alone",
    'give this user a directory of its own (chown, chmod go-w), and remove what is no plain file of mode 0600 in it',
  ],
  SCR_ZOMBIE_STATE_TAKEN: [
    'another controller keeps its sessions in this directory',
    'stop it, or give each controller a directory of its own',
  ],
  SCR_ZOMBIE_STATE_FORM: [
    'this file of sessions is of another version, or longer than any can be',
    'start the version that wrote it, or move the file away; each scamper starts afresh then',
  ],
  /** The controller goes on with the sessions that it could read. The file as it was is beside it. */
  SCR_ZOMBIE_STATE_DAMAGED: [
    'there are lines in the file of sessions that make no sense',
    'look at the copy, and at the disk; a scamper whose session was in these lines starts afresh',
  ],
  /** The controller goes on without it. `zombie.unwritten` tells of it once, and `zombie.written` when it is over. */
  SCR_ZOMBIE_STATE_UNWRITTEN: [
    'the sessions cannot be written at the moment',
    'see the cause: free space on the disk, most likely. It is tried again every 10 s; who attaches until then starts afresh after a crash',
  ],

  // ## An instance
  /** Those without clients and without a checked certificate go first, of the address with most of them the oldest. */
  SCR_ZOMBIE_EVICTED: [
    'the zombie made place for another one, because there are too many',
    'none needed: it comes back as a new one; or raise the options most or mostPerAddress of zombie',
  ],
});
