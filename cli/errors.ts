import { defineErrors } from '../core/errors.js';

/** Failures of the command line. */
export const cliErrors = defineErrors({
  SCR_FLAG_TLS: ['-c and -p go together, and -C goes with them', 'give the certificate with -c and its key with -p'],
  SCR_PID_FILE: ['the pid file cannot be written', 'check the path given with -e and its permissions'],
  SCR_PID_TAKEN: [
    'the pid file is that of a controller that runs',
    'stop that controller, or give another file with -e; remove the file if it is not in use',
  ],
  SCR_LOG_FILE: ['the log file cannot be written', 'check the path given with --log-file and its permissions'],
  SCR_RELOAD_FILE: [
    'another configuration file than at the start was found',
    'restart to use it, or put the one from the start back in its place',
  ],
  SCR_DAEMON_FAILED: ['the daemon ended before it listened', 'start it without -D to see more'],
});
