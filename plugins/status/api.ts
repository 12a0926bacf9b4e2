/** What the status tells, as JSON: the same for page, commands and programs. Times are in ISO 8601, UTC; what is not known is not there. */
import type { VpState } from './vps/vp.js';

/** A vantage point. */
export interface VpReport {
  /** Its key: the monitor name; without one, its session. */
  readonly vp: string;
  readonly monitorName?: string;
  readonly state: VpState;
  readonly since?: string;
  readonly firstSeen?: string;
  /** When it was last connected; for one that is, the time of the report. */
  readonly lastSeen?: string;
  /** Why it was last lost. */
  readonly reason?: { readonly code: string; readonly text: string };
  /** How often it came back, as far as is remembered. */
  readonly reconnects: number;
  /** How often it came back within the last 24 hours. */
  readonly reconnects24h: number;
  /** What it was in the last 24 hours, oldest first, with the state that it had before; milliseconds since 1970. */
  readonly turns: readonly (readonly [at: number, state: VpState])[];
  /** Of its instance, while there is one. */
  readonly instance?: InstanceReport;
  readonly metadata?: MetadataReport;
}

/** An instance of a VP. */
export interface InstanceReport {
  readonly id: number;
  /** As its socket is called. */
  readonly name: string;
  readonly address: string;
  readonly transport: string;
  /** The names in its certificate. */
  readonly certificate?: readonly string[];
  /** Until when its state is kept, while it is away. */
  readonly keptUntil?: string;
  readonly clients: number;
  readonly bytesFromInstance: number;
  readonly bytesToInstance: number;
  /** Octets that wait for it. */
  readonly held: number;
  readonly resumes: number;
  /** In milliseconds. */
  readonly roundTrip?: number;
}

/** What is known of a VP from a file. */
export interface MetadataReport {
  readonly latitude?: number;
  readonly longitude?: number;
  readonly cc?: string;
  readonly st?: string;
  readonly place?: string;
  readonly shortname?: string;
  readonly iata?: string;
  readonly asn4?: number;
  readonly asn6?: number;
  readonly tags: readonly string[];
}

/** Something that happened. */
export interface EventReport {
  /** Counts up from 1 while the controller runs. */
  readonly number: number;
  readonly at: string;
  /** `vp.connected`, `vp.resumed`, `vp.away`, `vp.lost`, `connection.refused`, `client.refused`, `reload`, `reload.failed`. */
  readonly kind: string;
  readonly vp?: string;
  readonly code?: string;
  readonly text: string;
  /** How often it happened in a row, where more than once. */
  readonly count?: number;
}

/** Whether scampers can be served, and why not. */
export interface Readiness {
  readonly ready: boolean;
  /** `starting`, `stopping`, `not listening`, `out of descriptors`. */
  readonly reason?: string;
}

/** The controller as a whole. */
export interface StatusReport {
  readonly at: string;
  readonly startedAt: string;
  readonly version?: string;
  readonly node: string;
  readonly pid: number;
  readonly readiness: Readiness;
  readonly vps: Readonly<Record<VpState, number>>;
  readonly clients: number;
  /** Since the start. */
  readonly bytesFromInstances: number;
  readonly bytesToInstances: number;
  /** Octets a second, both ways, over the last seconds. */
  readonly rate: number;
  /** Octets that wait for instances, and for clients. */
  readonly waiting: { readonly instances: number; readonly clients: number };
  readonly arriving: number;
  readonly attached: { readonly new: number; readonly resumed: number };
  readonly lost: readonly { readonly code: string; readonly count: number }[];
  readonly refused: readonly { readonly step: string; readonly code: string; readonly count: number }[];
  readonly refusedClients: readonly { readonly code: string; readonly count: number }[];
  readonly droppedClients: readonly { readonly code: string; readonly count: number }[];
  readonly reload?: ReloadReport;
  readonly certificates: readonly CertificateReport[];
  readonly listening: readonly { readonly plugin: string; readonly at: string }[];
  readonly process: ProcessReport;
}

export interface ReloadReport {
  readonly at: string;
  /** All was taken, by every plugin. */
  readonly successful: boolean;
  readonly lastSuccess?: string;
}

export interface CertificateReport {
  readonly plugin: string;
  readonly file: string;
  readonly subject: string;
  readonly notAfter: string;
  /** Whole days; negative where it has ended. */
  readonly daysLeft: number;
}

export interface ProcessReport {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly openDescriptors?: number;
  readonly maxDescriptors?: number;
  /** How late the event loop was, over the last minutes, in seconds. */
  readonly eventLoopDelay: { readonly p50: number; readonly p99: number; readonly max: number };
}
