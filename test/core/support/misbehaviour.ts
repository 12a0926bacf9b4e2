import { type FakeClock, settle } from '../../../testing/index.js';

/** How a handler fails, and the code that tells of it. */
export interface Misbehaviour {
  readonly what: string;
  readonly handler: () => unknown;
  readonly code: string;
  /** What the error's cause says. */
  readonly cause?: string;
}

/** What any asynchronous hook must survive. */
export const misbehaviours: readonly Misbehaviour[] = [
  {
    what: 'throws',
    handler: () => {
      throw new Error('broken');
    },
    code: 'SCR_HOOK_FAILED',
    cause: 'broken',
  },
  {
    what: 'throws something that is no error',
    handler: () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- plugins are JavaScript too
      throw 'broken';
    },
    code: 'SCR_HOOK_FAILED',
    cause: 'broken',
  },
  { what: 'rejects', handler: () => Promise.reject(new Error('broken')), code: 'SCR_HOOK_FAILED', cause: 'broken' },
  {
    what: 'returns what throws when it is asked for its value',
    handler: () => ({
      then: () => {
        throw new Error('broken');
      },
    }),
    code: 'SCR_HOOK_FAILED',
    cause: 'broken',
  },
  { what: 'never answers', handler: () => new Promise(() => undefined), code: 'SCR_HOOK_TIMEOUT' },
  { what: 'returns null', handler: () => null, code: 'SCR_HOOK_RESULT' },
  { what: 'returns true', handler: () => true, code: 'SCR_HOOK_RESULT' },
  { what: 'returns false', handler: () => false, code: 'SCR_HOOK_RESULT' },
  { what: 'returns a text', handler: () => 'no', code: 'SCR_HOOK_RESULT' },
  { what: 'returns an empty object', handler: () => ({}), code: 'SCR_HOOK_RESULT' },
  { what: 'resolves with null', handler: () => Promise.resolve(null), code: 'SCR_HOOK_RESULT' },
  { what: 'resolves with true', handler: () => Promise.resolve(true), code: 'SCR_HOOK_RESULT' },
];

/** Lets a handler that never answers run out of time: 30 s unless its tap says otherwise. */
export async function runOut(clock: FakeClock): Promise<void> {
  await settle();
  await clock.advance(30_000);
}
