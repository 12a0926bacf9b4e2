/** What has happened so far. */
export class Counts {
  attached = 0;
  resumed = 0;
  rejected = 0;
  /** Connections that a controller which was there closed without an answer. */
  unanswered = 0;
  /** Connections that a scamper broke because something for a channel crossed its CHANNEL_FIN. */
  crossings = 0;
  cuts = 0;
  left = 0;
  strangers = 0;
  reloads = 0;
  kills = 0;
  stops = 0;
  conversations = 0;
  /** Requests that were answered in full. */
  answers = 0;
  /** Octets that came out of the two ends of conversations. */
  octets = 0;
  /** Clients whose instance was away before they were let in. */
  missed = 0;
  readonly faults: string[] = [];

  fault(what: string): void {
    this.faults.push(what);
  }
}
