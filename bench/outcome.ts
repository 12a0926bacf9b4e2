import type { Certificate } from './certificate.js';
import type { Cores } from './children.js';
import type { Figures } from './plan.js';
import type { Settings } from './settings.js';

/** One measurement. */
export interface Outcome {
  readonly figures: Figures;
  /** Why there are no figures, or why they do not count. */
  readonly problem?: string;
}

/** What every measurement of a run has in common. */
export interface Surroundings {
  readonly settings: Settings;
  readonly cores: Cores | undefined;
  /** Undefined where none could be made. */
  readonly certificate: Certificate | undefined;
}
