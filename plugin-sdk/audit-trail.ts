import { defineService } from './define-service.js';

/** Where plugins write down what happened, for whoever has to answer for it later. */
export interface AuditTrail {
  /**
   * Writes one line. Begin the event with the plugin's name: `mine.decided`. Never put a secret into the fields; a magic is
   * one. `time` and `event` are the trail's own.
   */
  record(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Offered by the plugin `audit`, or another one in its place. */
export const auditTrail = defineService<AuditTrail>('audit-trail');
