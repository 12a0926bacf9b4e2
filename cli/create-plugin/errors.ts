import { defineErrors } from '../../core/contract/errors.js';

/** Failures of `create-plugin`. */
export const createErrors = defineErrors({
  // ## Making a plugin
  SCR_CREATE_NAME: [
    'this is not a name for a plugin',
    'use lower-case letters, digits and -, a letter first; a scope may stand in front: @me/sc-remoted-plugin-x',
  ],
  SCR_CREATE_RESERVED: ['a plugin of this name comes with sc-remoted', 'choose another name'],
  SCR_CREATE_EXISTS: ['there is something already; nothing is overwritten', 'choose another place with --directory'],
  SCR_CREATE_FAILED: ['the files cannot be written', 'see the cause; check the permissions of the folder'],
});
