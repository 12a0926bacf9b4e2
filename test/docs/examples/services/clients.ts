import { defineService } from '../../../../plugin-sdk/index.js';

/** How many clients an instance has, by the instance's name. */
export const clientCounts = defineService<(instance: string) => number>('client-count.counts');
