// @ts-check
import { defineService } from 'sc-remoted/plugin-sdk';

/**
 * The audit trail of sc-remoted-plugin-audit, where that is loaded. Services are found by name, so the package need not be there.
 * @type {import('sc-remoted/plugin-sdk').Service<{ record(event: string, fields?: object): void }>}
 */
export const auditTrail = defineService('sc-remoted-plugin-audit/trail');
