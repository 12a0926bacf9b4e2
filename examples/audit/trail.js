// @ts-check
import { defineService } from 'sc-remoted/plugin-sdk';

/**
 * Lets other plugins write into the audit trail: `controller.use(auditTrail)?.record('mine.something', { … })`.
 * A plugin that does not want to depend on this package defines the service itself, by the same name.
 * @typedef {object} AuditTrail
 * @property {(event: string, fields?: Readonly<Record<string, unknown>>) => void} record Writes one line. Begin the event
 *   with the plugin's name; never put a secret into the fields.
 */

/** @type {import('sc-remoted/plugin-sdk').Service<AuditTrail>} */
export const auditTrail = defineService('sc-remoted-plugin-audit/trail');
