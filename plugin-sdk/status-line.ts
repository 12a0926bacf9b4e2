import { defineService } from './define-service.js';

/** How the controller is, in a line: for the service manager. Offered by the plugin `status`, or another one in its place. */
export const statusLine = defineService<() => string>('status-line');
