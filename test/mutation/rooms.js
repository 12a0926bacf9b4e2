/** What is changed, and the tests that must notice. */
const core = ['session', 'memory', 'relay', 'arrival', 'hooks'];

const named = (process.env.MUTATE ?? '').split(' ').filter((name) => name !== '');
const chosen = (named.length > 0 ? named : core).map((name) => (core.includes(name) ? `core/${name}` : name));

/** Sources: a folder with all in it, a file, or lines of a file. */
export const sources = chosen.map((name) => (/\.ts(:|$)/.test(name) ? name : `${name}/**/*.ts`));

/** `plugins/mux` of `plugins/mux/wire/attributes.ts`, `client` of `client/dial.ts` and of `client/mux`. */
function roomOf(name) {
  const [top, room = '.'] = name.split('/');
  return top === 'client' || room.includes('.') ? top : `${top}/${room}`;
}

const rooms = [...new Set(chosen.map(roomOf))];

/** Their tests do not set the umask or the user, as a thread cannot; threads begin sooner. */
const inThreads = ['client', 'plugins/mux', 'plugins/tls', 'plugin-sdk/tls'];
export const pool = rooms.every((room) => inThreads.includes(room)) ? 'threads' : 'forks';

/** The SDK's part in TLS is reached through the plugin. */
const testedAt = new Map([['plugin-sdk/tls', 'plugins/tls']]);

/** Tests of the rooms themselves: a folder, and files that begin with its name. */
export const own = rooms
  .map((room) => testedAt.get(room) ?? room)
  .flatMap((room) => [`test/${room}/**/*.test.ts`, `test/${room}{,-*}.test.ts`]);

/** The rooms of the core are tested through one another. */
export const tests = rooms.some((room) => room.startsWith('core/')) ? ['test/core/**/*.test.ts', ...own] : own;
