// @ts-check
import { defineErrors } from 'sc-remoted/plugin-sdk';

export const errors = defineErrors({
  SCR_AUDIT_FILE: ['the audit trail cannot be written there', 'check that the folder exists and may be written to'],
  SCR_AUDIT_WRITE: ['lines of the audit trail could not be written', 'make room on the disk, or see the cause'],
});
