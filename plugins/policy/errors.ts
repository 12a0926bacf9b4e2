import { defineErrors } from '../../plugin-sdk/index.js';

export const errors = defineErrors({
  // ## The configuration
  SCR_POLICY_PREFIX: ['this is no prefix', 'write it as 192.0.2.0/24 or 2001:db8::/32, or give a single address'],
  // ## The start
  /** At a reload too; then the policy from before stays in force. The same holds for the next five codes. */
  SCR_POLICY_USER: ['there is no such user', 'check the name, or give the number'],
  SCR_POLICY_GROUP: ['there is no such group', 'check the name, or give the number'],
  SCR_POLICY_LIST: ['the no-probe list cannot be read', 'check the path and its permissions'],
  SCR_POLICY_LIST_BROKEN: ['the no-probe list has mistakes', 'fix each of the lines named'],
  /** A file that was cut short must not let everybody be probed. */
  SCR_POLICY_LIST_EMPTY: ['the no-probe list is empty', 'write at least one line, or leave the option out'],
  SCR_POLICY_METADATA: [
    'rules go by tags or countries, and nobody knows those of VPs',
    'add the plugin metadata with its file, or take tags and countries out of the rules',
  ],
});
