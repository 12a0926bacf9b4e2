import type { ControllerFigures, ProcessReport, Readiness } from '../../plugin-sdk/index.js';

/** Descriptors that an attaching instance and its first clients need. */
const SPARE = 16;

/** Whether a scamper that calls now can be served. */
export function readinessOf(
  { state, facts }: Pick<ControllerFigures, 'state' | 'facts'>,
  { openDescriptors = 0, maxDescriptors = Infinity }: Partial<ProcessReport>,
): Readiness {
  const reason = state === 'running' ? obstacle(facts, maxDescriptors - openDescriptors) : unready(state);
  return { ready: reason === undefined, ...(reason !== undefined && { reason }) };
}

function unready(state: ControllerFigures['state']): string {
  return state === 'new' || state === 'starting' ? 'starting' : 'stopping';
}

function obstacle(facts: ControllerFigures['facts'], left: number): string | undefined {
  if (!facts.some(({ name }) => name === 'listening')) return 'not listening';
  return left < SPARE ? 'out of descriptors' : undefined;
}
