/**
 * The rooms of the core, from the one that everything hangs on to the ground: what each is for, which others it may import,
 * and which Node modules. Arrows lead down this list, so there is no circle; an arrow that nothing uses does not belong here.
 */
export const rooms = {
  'controller.ts': {
    is: 'start, reload, stop; what plugins are given; one sweep for all instances',
    imports: ['plugins', 'arrival', 'instance', 'hooks', 'relay', 'memory', 'streams', 'contract'],
    node: ['node:crypto', 'node:path'],
  },
  plugins: {
    is: 'finds and checks plugins and their options; services',
    imports: ['contract'],
    node: ['node:path', 'node:url'],
  },
  arrival: {
    is: 'a connection on its way to become an instance',
    imports: ['instance', 'hooks', 'streams', 'contract', 'protocol'],
    node: ['node:stream', 'node:util'],
  },
  instance: {
    is: 'the life of an instance: pending, connected, zombie, gone',
    imports: ['hooks', 'relay', 'streams', 'contract', 'protocol'],
    node: ['node:crypto', 'node:stream'],
  },
  hooks: {
    is: 'who is asked, and who is told',
    imports: ['contract', 'protocol'],
    node: ['node:stream'],
  },
  relay: {
    is: 'the bytes of an instance: channels, clients, pace',
    imports: ['session', 'memory', 'streams', 'contract', 'protocol'],
    node: ['node:stream', 'node:util'],
  },
  session: {
    is: "one instance's side of the protocol, without I/O",
    imports: ['contract', 'protocol'],
    node: [],
  },
  memory: {
    is: 'what a read brings, and what waits for a slow client',
    imports: [],
    node: [],
  },
  streams: {
    is: 'connections and other streams, read and written fast',
    imports: ['contract', 'protocol'],
    node: ['node:stream'],
  },
  contract: {
    is: 'what plugins see: types, errors, limits, clock, logger',
    imports: ['protocol'],
    node: ['node:stream', 'node:util'],
  },
  protocol: {
    is: 'frames, control messages, names, serial numbers: pure functions',
    imports: [],
    node: [],
  },
};
