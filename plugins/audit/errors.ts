import { defineErrors } from '../../plugin-sdk/index.js';

export const errors = defineErrors({
  // ## The start
  /** At a reload too; then the lines go on where they went. */
  SCR_AUDIT_FILE: ['the audit trail cannot be written there', 'check that the folder exists and may be written to'],
  // ## While it runs
  /** Told once until it works again (`audit.failing`); then `audit.lost` says how many lines are missing. */
  SCR_AUDIT_WRITE: ['lines of the audit trail could not be written', 'make room on the disk, or see the cause'],
});
