/**
 * The configuration of sc-remoted. As it stands it changes nothing: every value below is the default.
 * Edit it, then look at what would run: sc_remoted --config sc-remoted.config.js --check-config
 *
 * Flags win over this file. Relative paths start at the folder of this file. Every key: docs/configuration.md
 *
 * @type {import('sc-remoted').Configuration}
 */
export default {
  // Each plugin is a name, or [name, options]. Their order is the order in which they are asked.
  plugins: [
    // tcp: listens for scampers that call home.
    //   listen     a port, 'ip:port' or '[ip6]:port'; port 0 takes a free one
    //   family     'any'; 'ipv4' or 'ipv6' for one of them only
    ['tcp', { listen: 31337, family: 'any' }],

    // tls: scampers must use TLS (scamper -R with a name). Take the two slashes away and name your files.
    //   cert, key  PEM files: the certificate with its chain, the private key
    //   ca         PEM file: require client certificates that these authorities have signed
    // ['tls', { cert: 'remotecert.pem', key: 'remotepriv.pem' }],

    // metadata: what is known of VPs by their monitor names. Take the two slashes away and name your file: docs/metadata.md
    //   file       lines, JSON or YAML, by the end of its name
    //   watch      true reads it again when it changes
    // ['metadata', { file: 'vps.txt' }],

    // unix-export: a unix socket for each instance.
    //   directory  where the sockets are; made when missing
    ['unix-export', { directory: 'scamper-remote-sockets' }],

    // mux: one socket for all instances, for programs that drive many VPs. Take the two slashes away: docs/mux.md
    //   path       the unix socket
    //   listen     a port, 'ip:port' or '[ip6]:port' for clients from the network; tls: { cert, key, ca }
    // ['mux', { path: 'scamper-remote-mux' }],

    // access: who may use the sockets. Without options only the user who runs the controller.
    //   group      a group that owns the sockets and may use them: group: 'measure'
    //   allowGroup true for the members of the sockets' group
    //   allowOther true for everybody on this machine
    //   rules      other access for some instances: rules: [{ match: 'ucsd-*', group: 'ucsd' }]
    ['access', { rules: [] }],

    // zombie: how long the state of a disconnected instance is kept, so that it can resume.
    //   time       seconds, or '90s', '15m', '3h'; at most 3 hours; 0 keeps nothing
    ['zombie', { time: 900 }],
  ],

  // Bounds on memory and patience. What happens at each: docs/limits.md
  // limits: {
  //   clientBuffer: 4_194_304, // bytes that may wait for one client before its instance is paused
  //   backlogs: 134_217_728, // bytes that may wait for all clients together
  //   clientStall: 15, // seconds a client may hold up its instance before it is disconnected
  //   sharedStall: 2, // seconds of a minute for which one user may hold up an instance that others use
  //   instanceBuffer: 1_048_576, // bytes that may wait for one instance before its clients are paused
  //   channels: 1_024, // clients of one instance at a time
  //   handshakes: 4_096, // connections not yet attached at a time
  //   addressHandshakes: 1_024, // those of one address
  //   addressRate: 200, // new connections a second of one address; a hundred seconds' worth may come at once
  //   instances: 100_000, // instances, zombies included
  //   addressInstances: 10_000, // those of one address
  //   ipv4Prefix: 32, // leading bits that make one IPv4 address
  //   ipv6Prefix: 64, // leading bits that make one IPv6 address
  // },
};
