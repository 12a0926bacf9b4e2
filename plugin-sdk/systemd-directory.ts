/** The first of the directories that systemd made for the service, by `StateDirectory=` or `RuntimeDirectory=`; empty without one. */
export function systemdDirectory(variable: 'STATE_DIRECTORY' | 'RUNTIME_DIRECTORY'): string {
  return process.env[variable]?.split(':')[0] ?? '';
}
