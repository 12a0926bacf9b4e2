import { defineErrors } from '../core/contract/errors.js';

/** Failures of the command line. */
export const cliErrors = defineErrors({
  // ## The command line
  /** Of a controller, -C goes with them. */
  SCR_FLAG_TLS: ['-c and -p go together', 'give the certificate with -c and its key with -p'],
  SCR_PID_FILE: ['the pid file cannot be written', 'check the path given with -e and its permissions'],
  /**
   * Nothing was opened, and the file is unchanged. The number is the ID of that process. A controller that was killed
   * leaves its file behind, and another program may have its ID by now.
   */
  SCR_PID_TAKEN: [
    'the pid file is that of a controller that runs',
    'stop that controller, or give another file with -e; remove the file if it is not in use',
  ],
  /** At a reload the log goes on in the old file (`log.kept`). */
  SCR_LOG_FILE: ['the log file cannot be written', 'check the path given with --log-file and its permissions'],
  /** From nine tenths of the limit on, `descriptors.scarce` tells of it once. Without any left, who connects is closed without a word. */
  SCR_DESCRIPTORS_SCARCE: [
    'file descriptors are running out',
    'raise the limit: LimitNOFILE= of systemd, or ulimit -n; see whose connections they are',
  ],
  SCR_DAEMON_FAILED: ['the daemon ended before it listened', 'start it without -D to see more'],
  /** `$NOTIFY_SOCKET` names it. systemd gives up a service of `Type=notify` of which it hears nothing. Said once. */
  SCR_NOTIFY_FAILED: [
    'the service manager cannot be told',
    'install the package koffi, or the program systemd-notify, which takes NotifyAccess=all in the unit; see the cause',
  ],

  SCR_MUX_ADDRESS: [
    'this is no place where a mux can be, or none that takes certificates',
    'write a path, or [tcp://|tls://]host:port; -c, -p and -C go with tls://',
  ],
  SCR_NO_STATUS: [
    'no controller answers at its control socket',
    'start it with the plugin status, or say where the socket is: --control; only the user of the controller may use it',
  ],
  SCR_NO_SUCH_VP: ['there is no such vantage point', 'see which there are: sc-remoted ls'],
  SCR_STATUS_REFUSED: ['the controller does not do this', 'see what it says'],
  SCR_NO_POLICY: ['the configuration has no policy', 'add the plugin policy, or name another file with --config'],
  SCR_NO_USER: ['the system knows no such user', 'check the name, or give the number'],
  SCR_NO_GROUP: ['the system knows no such group', 'check the name, or give the number'],
  SCR_INPUT_FILE: ['the file cannot be read', 'check the path and its permissions'],
  /** The measurements are halted. What was written before stays. */
  SCR_RESULTS_FILE: ['results cannot be written there', 'see the cause; check the path, its permissions and the disk'],
  SCR_NO_VPS: [
    'the controller has no vantage points',
    'start a scamper with -R and the address of the controller; see the log of the controller if one should be there',
  ],
  SCR_NONE_MATCHED: ['none matches', 'see which there are: sc-remoted ls'],
  /** What it had found by then is kept. */
  SCR_VP_SLOW: ['the vantage point was not done in time', 'give it more time with --timeout'],

  // ## The configuration
  /** At a reload only. A file was added, removed or renamed in the working directory. */
  SCR_RELOAD_FILE: [
    'a different configuration file was found than at the start',
    'restart to use it, or put the one from the start back in its place',
  ],
});
