import { type InstanceView, defineService } from '../../../../plugin-sdk/index.js';

/** When a client last used an instance, by the controller's clock; undefined for never. */
export const lastUsed = defineService<(instance: InstanceView) => number | undefined>('last-used/when');
