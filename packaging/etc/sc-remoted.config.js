/**
 * The configuration of the service sc-remoted. Edit it, look at what would run, and have it taken:
 *
 *   sc-remoted --config /etc/sc-remoted/sc-remoted.config.js --check-config
 *   systemctl reload sc-remoted   (restart, where the log says so)
 *
 * Relative paths start at this folder. Every plugin, option and limit: man sc-remoted-config
 */
export default {
  plugins: [
    // Scampers call home here: scamper -M NAME -R HOST:31337
    ['tcp', { listen: 31337 }],

    // Scampers must use TLS: scamper -R with a name. A key that only root may read: LoadCredential= of the unit.
    // ['tls', { cert: 'fullchain.pem', key: '/run/credentials/sc-remoted.service/key.pem' }],

    // What is known of VPs: where they are, their networks, tags.
    // ['metadata', { file: 'vps.yaml', watch: true }],

    // A socket for each VP, for sc_attach -R; and one for all, for sc-remoted ls and run.
    ['unix-export', { directory: '/run/sc-remoted/vps' }],
    ['mux', { path: '/run/sc-remoted/mux' }],

    // Who may use the VPs: adduser ALICE sc-remoted-users
    ['access', { group: 'sc-remoted-users' }],

    // A VP that lost its connection, or whose controller is restarted, goes on where it was within this time.
    ['zombie', { time: '15m' }],

    // Which VPs are there: over /run/sc-remoted/control. For browsers and Prometheus on this machine: listen: 9311
    ['status', {}],
  ],
};
