/** The default plugins by name, loaded when they are asked for. */
export const defaultPlugins = {
  tcp: () => import('./tcp/index.js'),
  tls: () => import('./tls/index.js'),
  'unix-export': () => import('./unix-export/index.js'),
  access: () => import('./access/index.js'),
  zombie: () => import('./zombie/index.js'),
} as const;
