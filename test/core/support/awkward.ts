/** Something thrown that is hard to tell of. */
export interface Awkward {
  readonly what: string;
  readonly thrown: unknown;
  /** What is told of it, among others. */
  readonly told: string;
}

const CANNOT = 'something that cannot be shown';

function withMessage(message: unknown): Error {
  return Object.assign(new Error('x'), { message });
}

function fail(): never {
  throw new Error('a getter that throws');
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
  revoke();
  return proxy;
}

/** What a plugin may throw at worst. */
export const awkward: readonly Awkward[] = [
  { what: 'an error whose message is an object', thrown: withMessage({ reason: 'no room' }), told: 'no room' },
  { what: 'an error whose message is undefined', thrown: withMessage(undefined), told: 'undefined' },
  { what: 'an error whose message is a symbol', thrown: withMessage(Symbol('room')), told: 'Symbol(room)' },
  {
    what: 'an error whose message cannot be read',
    thrown: Object.defineProperty(new Error('x'), 'message', { get: fail }),
    told: CANNOT,
  },
  {
    what: 'an error whose stack cannot be read',
    thrown: Object.defineProperty(new Error('no room'), 'stack', { get: fail }),
    told: 'no room',
  },
  {
    what: 'an error whose stack is a list',
    thrown: Object.assign(new Error('no room'), { stack: [] }),
    told: 'no room',
  },
  {
    what: 'an object without prototype',
    thrown: Object.assign(Object.create(null), { reason: 'no room' }),
    told: 'no room',
  },
  {
    what: 'an object that cannot be shown',
    thrown: { [Symbol.for('nodejs.util.inspect.custom')]: fail },
    told: CANNOT,
  },
  { what: 'a proxy that was revoked', thrown: revoked(), told: CANNOT },
  {
    what: 'a proxy that answers nothing',
    thrown: new Proxy({}, { has: fail, get: fail, getPrototypeOf: fail }),
    told: CANNOT,
  },
  { what: 'a symbol', thrown: Symbol('room'), told: 'Symbol(room)' },
  { what: 'a text', thrown: 'no room', told: 'no room' },
];
