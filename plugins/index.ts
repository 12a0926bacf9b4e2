/** What the table says of a default plugin. */
interface DefaultPlugin {
  /** Called when it is asked for. */
  readonly load: () => Promise<{ readonly default: { readonly name: string } }>;
  /** It runs only where the configuration or a flag asks for it. */
  readonly onDemand?: true;
  /** Which of its options are set by which value of the command line. */
  readonly flags?: Readonly<Record<string, string>>;
}

/** The default plugins by name, in their usual order. This is the only place that lists them. */
export const defaultPlugins = {
  audit: { load: () => import('./audit/index.js'), onDemand: true },
  policy: { load: () => import('./policy/index.js'), onDemand: true },
  tcp: { load: () => import('./tcp/index.js'), flags: { listen: 'port', family: 'family' } },
  tls: {
    load: () => import('./tls/index.js'),
    onDemand: true,
    flags: { cert: 'certificate', key: 'privateKey', ca: 'ca' },
  },
  metadata: { load: () => import('./metadata/index.js'), onDemand: true, flags: { file: 'metadata' } },
  'unix-export': { load: () => import('./unix-export/index.js'), flags: { directory: 'directory' } },
  mux: { load: () => import('./mux/index.js'), onDemand: true, flags: { path: 'mux' } },
  access: { load: () => import('./access/index.js'), flags: { allowGroup: 'allowgroup', allowOther: 'allowother' } },
  zombie: { load: () => import('./zombie/index.js'), flags: { time: 'zombieTime' } },
  status: { load: () => import('./status/index.js'), onDemand: true },
} as const satisfies Readonly<Record<string, DefaultPlugin>>;
