import {
  type InstanceView,
  type Metadata,
  type VpMetadata,
  peerName,
  type InstanceReport,
  type MetadataReport,
  type VpReport,
} from '../../../plugin-sdk/index.js';
import type { Roll } from './roll.js';
import type { Vp } from './vp.js';

const DAY = 86_400_000;

/** What is told of a VP at a moment. */
export function reportOf(vp: Vp, roll: Roll, metadata: Metadata | undefined, now: number): VpReport {
  const { key, monitorName, state, since, firstSeen, reason, reconnects, turns } = vp;
  const lastSeen = state === 'connected' ? now : vp.lastSeen;
  const [instance] = roll.instancesOf(key);
  const known = metadata?.of(monitorName);
  return {
    vp: key,
    ...(monitorName !== undefined && { monitorName }),
    state,
    ...(since !== undefined && { since: isoOf(since) }),
    ...(firstSeen !== undefined && { firstSeen: isoOf(firstSeen) }),
    ...(lastSeen !== undefined && { lastSeen: isoOf(lastSeen) }),
    ...(reason !== undefined && { reason }),
    reconnects,
    reconnects24h: reconnectsIn(vp, now - DAY),
    turns,
    ...(instance !== undefined && { instance: instanceReport(instance) }),
    ...(known !== undefined && { metadata: metadataReport(known) }),
  };
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Its first coming is none. */
function reconnectsIn({ turns, firstSeen }: Vp, from: number): number {
  return turns.filter(([at, state]) => state === 'connected' && at >= from && at !== firstSeen).length;
}

function instanceReport(instance: InstanceView): InstanceReport {
  const { id, name, peer, transport, tls } = instance;
  const { bytesFromInstance, bytesToInstance, held, resumes, roundTrip, keptUntil } = instance.figures();
  return {
    id,
    name,
    address: peerName(peer),
    transport,
    ...(tls !== undefined && tls.names.length > 0 && { certificate: tls.names }),
    ...(keptUntil !== undefined && instance.state === 'zombie' && { keptUntil: keptUntil.toISOString() }),
    clients: instance.channels().length,
    bytesFromInstance,
    bytesToInstance,
    held,
    resumes,
    ...(roundTrip !== undefined && { roundTrip: Math.round(roundTrip * 10) / 10 }),
  };
}

function metadataReport({ latlong, other: _other, ...known }: VpMetadata): MetadataReport {
  return { ...known, ...(latlong !== undefined && { latitude: latlong.latitude, longitude: latlong.longitude }) };
}
