// @ts-check
import { defineErrors } from 'sc-remoted/plugin-sdk';

export const errors = defineErrors({
  SCR_ALLOWLIST_FILE: ['the list cannot be read', 'check the path and its permissions'],
  SCR_ALLOWLIST_BROKEN: ['the list has mistakes', 'fix each of the lines named'],
  SCR_ALLOWLIST_EMPTY: [
    'the list lets nobody in',
    'write at least one line; without the plugin, everybody may connect',
  ],
});
