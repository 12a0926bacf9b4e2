import { defineErrors } from '../../plugin-sdk/index.js';

export const errors = defineErrors({
  // ## The configuration
  SCR_AUDIT_ROTATION: ['only a file can be rotated', 'give file as well, or leave size, every and keep out'],
  // ## The start
  /** At a reload too; then the lines go on where they went. */
  SCR_AUDIT_FILE: ['the audit trail cannot be written there', 'check that the folder exists and may be written to'],
  /** As SCR_AUDIT_FILE. A plain file needs no package: [logrotate](../plugins/audit/README.md#rotation) renames it. */
  SCR_AUDIT_PINO_ROLL: [
    'the package pino-roll, which rotates the file, is not installed',
    'npm install pino-roll; or leave size, every and keep out, and have logrotate do it',
  ],
  // ## A client, a local socket
  /** Told once until it works again (`audit.failing`); then `audit.lost` says how many lines are missing. Nobody is held up. */
  SCR_AUDIT_WRITE: ['lines of the audit trail could not be written', 'make room on the disk, or see the cause'],
});
