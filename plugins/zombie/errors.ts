import { defineErrors } from '../../plugin-sdk/index.js';

export const errors = defineErrors({
  // ## The start
  SCR_ZOMBIE_TIME: ['this is longer than an instance may be kept', 'give at most 3h, 180m or 10800 seconds'],

  // ## An instance
  /** Those without clients and without a checked certificate go first, of the address with most of them the oldest. */
  SCR_ZOMBIE_EVICTED: [
    'the zombie made place for another one, because there are too many',
    'none needed: it comes back as a new one; or raise the options most or mostPerAddress of zombie',
  ],
});
