import { whyNotReal } from '../../../testing/real-programs.js';
import { describeNeeding } from '../../support/needing.js';

/** Tests with the real scamper, sc_attach and sc_wartsdump. */
export function describeReal(name: string, body: () => void): void {
  describeNeeding(whyNotReal(), name, body);
}
