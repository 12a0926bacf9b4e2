import type { VpReport } from './reports.js';
import { states } from './shapes.js';
import { presence } from './strip.js';
import { inUtc, roughly, timeOf } from './times.js';

/** A column of the table. */
export interface Column {
  readonly key: string;
  readonly title: string;
  readonly isNumber?: boolean;
  /** What it is sorted by; what is not known comes last. */
  readonly rank: (vp: VpReport, now: number) => string | number | undefined;
  readonly text: (vp: VpReport, now: number) => string;
  /** More than there is room for. */
  readonly more?: (vp: VpReport) => string;
}

const shown = (value: string | number | undefined): string => (value === undefined ? '' : String(value));
const joined = (...parts: readonly (string | number | undefined)[]): string =>
  [...new Set(parts)].filter((part) => part !== undefined).join(', ');

/** A column that shows what it is sorted by. */
function plain(key: string, title: string, value: (vp: VpReport) => string | undefined): Column {
  return { key, title, rank: value, text: (vp) => shown(value(vp)), more: (vp) => shown(value(vp)) };
}

function count(key: string, title: string, value: (vp: VpReport) => number | undefined): Column {
  return { key, title, isNumber: true, rank: value, text: (vp) => shown(value(vp)) };
}

export const asnOf = ({ metadata }: VpReport): string => joined(metadata?.asn4, metadata?.asn6);
/** The country first: so places are sorted. */
export const placeOf = ({ metadata }: VpReport): string =>
  [metadata?.cc, joined(metadata?.place, metadata?.st)].filter((part) => part !== undefined && part !== '').join(' ');

const since: Column = {
  key: 'since',
  title: 'Since',
  rank: (vp) => timeOf(vp.since),
  text: (vp, now) => (vp.since === undefined ? '' : roughly(now - Date.parse(vp.since))),
  more: (vp) => (vp.since === undefined ? '' : inUtc(Date.parse(vp.since))),
};

const roundTrip: Column = {
  ...count('roundTrip', 'Round trip', ({ instance }) => instance?.roundTrip),
  text: ({ instance }) => (instance?.roundTrip === undefined ? '' : `${instance.roundTrip} ms`),
};

/** In words; the code is a link in the details. */
const reason: Column = {
  ...plain('reason', 'Last reason', (vp) => vp.reason?.text),
  more: (vp) => (vp.reason === undefined ? '' : `${vp.reason.code}: ${vp.reason.text}`),
};

const asn: Column = {
  key: 'asn',
  title: 'ASN',
  isNumber: true,
  rank: ({ metadata }) => metadata?.asn4 ?? metadata?.asn6,
  text: asnOf,
};

export const byName = plain('name', 'Name', ({ vp }) => vp);

/** The table, from left to right. */
export const columns: readonly Column[] = [
  byName,
  { key: 'state', title: 'State', rank: ({ state }) => states.indexOf(state), text: ({ state }) => state },
  since,
  plain('address', 'Address', ({ instance }) => instance?.address),
  plain('place', 'Place', (vp) => placeOf(vp) || undefined),
  asn,
  count('clients', 'Clients', ({ instance }) => instance?.clients),
  roundTrip,
  count('reconnects24h', 'Back 24 h', ({ reconnects24h }) => reconnects24h),
  { key: 'strip', title: 'Last 24 h', rank: presence, text: () => '' },
  reason,
];
