import type { Load } from './plan.js';

/** Who takes part in a case beside sc-remoted itself. */
export type Kind = 'ours' | 'bare' | 'observer' | 'sockets' | 'peer' | 'pipe' | 'direct';

/** One thing to measure. */
export interface Case {
  readonly name: string;
  readonly title: string;
  /** The first is what the others are compared with. */
  readonly kinds: readonly Kind[];
  /** Undefined: real traces instead of a simulated load. */
  readonly load: Partial<Load> & { readonly scenario?: Load['scenario'] };
  /** Real traces, where there is no simulated load. */
  readonly traces?: number;
  /** What changes with --full, where a case is smaller by default. */
  readonly full?: Partial<Load>;
  readonly fullTraces?: number;
  /** A case before this one that sc-remoted's own figures are compared with. */
  readonly sibling?: string;
  /** Sets limits.clientStall, in seconds; with --full the default holds. */
  readonly clientStall?: number;
}

const withPeers = ['ours', 'peer'] as const;
const withPipes = ['ours', 'peer', 'pipe'] as const;
const plugins = ['bare', 'ours', 'observer'] as const;

/** Everything that can be measured, in order. */
export const cases: readonly Case[] = [
  {
    name: 'rr-1',
    title: 'request and response, 1 instance, 200 octets',
    kinds: withPeers,
    load: { scenario: 'rr', size: 200 },
  },
  {
    name: 'rr-16',
    title: 'request and response, 16 instances, 200 octets',
    kinds: withPeers,
    load: { scenario: 'rr', instances: 16, size: 200 },
  },
  {
    name: 'rr-24',
    title: 'request and response, 24 instances, 8192 octets',
    kinds: withPeers,
    load: { scenario: 'rr', instances: 24, size: 8192 },
  },
  {
    name: 'bulk-1x8192',
    title: 'bulk, 1 instance, 8192 octets, window 64',
    kinds: withPipes,
    load: { scenario: 'bulk', size: 8192 },
  },
  {
    name: 'bulk-1x512',
    title: 'bulk, 1 instance, 512 octets, window 1024',
    kinds: withPipes,
    load: { scenario: 'bulk', size: 512, window: 1024 },
  },
  {
    name: 'bulk-16x1024',
    title: 'bulk, 16 instances, 1024 octets, window 64',
    kinds: withPeers,
    load: { scenario: 'bulk', instances: 16, size: 1024 },
  },
  {
    name: 'bulk-few-active',
    title: 'bulk, many instances of which 16 are active, 1024 octets, window 64',
    kinds: withPeers,
    load: { scenario: 'bulk', instances: 1000, active: 16, size: 1024 },
    full: { instances: 9000 },
    sibling: 'bulk-16x1024',
  },
  {
    name: 'bulk-many-active',
    title: 'bulk, many instances of which many are active, 1024 octets, window 8',
    kinds: withPeers,
    load: { scenario: 'bulk', instances: 1000, active: 200, size: 1024, window: 8 },
    full: { instances: 9000, active: 1000 },
  },
  {
    name: 'bulk-each-a-little',
    title: 'bulk, many instances of which half are active, each a little: 900 octets, window 8',
    kinds: withPeers,
    load: { scenario: 'bulk', instances: 400, active: 200, size: 900, window: 8 },
    full: { instances: 3000, active: 1500 },
  },
  {
    name: 'idle',
    title: 'instances attach and do nothing',
    kinds: withPeers,
    load: { scenario: 'idle', instances: 1000, active: 0 },
    full: { instances: 9000 },
  },
  {
    name: 'resume',
    title: 'every instance loses its connection and resumes',
    kinds: withPeers,
    load: { scenario: 'resume', instances: 1000, active: 0 },
    full: { instances: 5000 },
  },
  {
    name: 'churn',
    title: 'clients come and go, one after the other',
    kinds: withPeers,
    load: { scenario: 'churn' },
  },
  {
    name: 'channels',
    title: 'channels opened and closed, and what they leave behind',
    kinds: withPeers,
    load: { scenario: 'channels', channels: 5000 },
    full: { channels: 20_000 },
  },
  {
    name: 'tls-bulk-1x8192',
    title: 'TLS bulk, 1 instance, 8192 octets, window 64',
    kinds: withPipes,
    load: { scenario: 'bulk', tls: true, size: 8192 },
  },
  {
    name: 'tls-bulk-16x1024',
    title: 'TLS bulk, 16 instances, 1024 octets, window 64',
    kinds: withPeers,
    load: { scenario: 'bulk', tls: true, instances: 16, size: 1024 },
  },
  {
    name: 'tls-idle',
    title: 'instances attach over TLS and do nothing',
    kinds: withPeers,
    load: { scenario: 'idle', tls: true, instances: 300, active: 0 },
    full: { instances: 1000 },
  },
  {
    name: 'plugins-8192',
    title: 'plugins: bulk, 1 instance, 8192 octets, window 64',
    kinds: plugins,
    load: { scenario: 'bulk', size: 8192 },
  },
  {
    name: 'plugins-1024',
    title: 'plugins: bulk, 16 instances, 1024 octets, window 64',
    kinds: plugins,
    load: { scenario: 'bulk', instances: 16, size: 1024 },
  },
  {
    name: 'slow-client',
    title: 'a client that never reads, beside one that does and one of another instance; 1024 octets, window 512',
    kinds: withPeers,
    load: { scenario: 'slow', instances: 2, size: 1024, window: 512 },
    clientStall: 2,
  },
  {
    name: 'mux-16x1024',
    title: 'bulk through one mux, 16 instances, 1024 octets, window 64',
    kinds: ['ours', 'sockets', 'peer'],
    load: { scenario: 'bulk', mux: true, instances: 16, size: 1024 },
  },
  {
    name: 'mux-rr',
    title: 'request and response on many instances in turn, 64 at a time, through one mux, 200 octets',
    kinds: withPeers,
    load: { scenario: 'mux-rr', mux: true, instances: 500, size: 200 },
    full: { instances: 5000, active: 5000 },
  },
  {
    name: 'mux-rr-one',
    title: 'the same, one at a time',
    kinds: withPeers,
    load: { scenario: 'mux-rr', mux: true, instances: 500, size: 200, window: 1 },
    full: { instances: 5000, active: 5000 },
  },
  {
    name: 'mux-connect',
    title: 'a client of the mux connects, and opens a channel on each of many instances',
    kinds: withPeers,
    load: { scenario: 'mux-connect', mux: true, instances: 1000 },
    full: { instances: 5000, active: 5000 },
  },
  {
    name: 'traces',
    title: 'real traces to loopback by sc_attach, with the real scamper',
    kinds: ['ours', 'peer', 'direct'],
    load: {},
    traces: 100,
    fullTraces: 500,
  },
];

/** What a load is where a case does not say. */
export const ordinary = {
  instances: 1,
  size: 1024,
  window: 64,
  channels: 0,
  tls: false,
  mux: false,
} as const;

/** The case of that name; where there is none, all whose names begin so. */
export function casesNamed(wanted: string): Case[] {
  const exact = cases.filter(({ name }) => name === wanted);
  return exact.length > 0 ? exact : cases.filter(({ name }) => name.startsWith(wanted));
}
