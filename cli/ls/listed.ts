import type { VantagePoint } from '../../client/index.js';
import type { VpReport } from '../../plugin-sdk/index.js';

/** A VP of the list: one that the mux tells of, or one that the status remembers. */
export type Listed = Omit<VantagePoint, 'id' | 'state'> & {
  /** Undefined while it has no instance. */
  readonly id: number | undefined;
  readonly state: VpReport['state'];
  readonly lastSeen?: Date;
  /** Why it was last lost. */
  readonly reason?: VpReport['reason'];
};

/** What the status tells of a VP, in the words of the list. */
export function listed({ vp, state, since, firstSeen, lastSeen, reason, instance, metadata }: VpReport): Listed {
  return {
    id: instance?.id,
    name: vp,
    address: instance?.address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'),
    state,
    since: dateOf(since),
    arrival: dateOf(firstSeen),
    asn4: metadata?.asn4,
    asn6: metadata?.asn6,
    latitude: metadata?.latitude,
    longitude: metadata?.longitude,
    cc: metadata?.cc,
    st: metadata?.st,
    place: metadata?.place,
    shortname: metadata?.shortname,
    iata: metadata?.iata,
    tags: metadata?.tags ?? [],
    ...(lastSeen !== undefined && { lastSeen: new Date(lastSeen) }),
    ...(reason !== undefined && { reason }),
  };
}

function dateOf(iso: string | undefined): Date | undefined {
  return iso === undefined ? undefined : new Date(iso);
}
