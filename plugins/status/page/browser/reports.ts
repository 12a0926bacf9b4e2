/** What the controller tells: the types of the API, and those of what its stream says. */
import type { EventReport, StatusReport, VpReport, VpState } from '../../../../plugin-sdk/index.js';

export type { EventReport, StatusReport, VpReport, VpState };

/** What the stream tells at first. */
export interface StreamedAll {
  readonly status: StatusReport;
  readonly events: readonly EventReport[];
  readonly vps: readonly VpReport[];
}

/** What the stream tells then: what is new. */
export interface StreamedChanges extends StreamedAll {
  /** These are forgotten. */
  readonly gone: readonly string[];
}
