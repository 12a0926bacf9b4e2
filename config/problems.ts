import { ConfigurationError } from '../core/plugins/load.js';

/**
 * Checks further what has mistakes already, so that all are told at once. @param problems those found already
 * @returns what `check` made, where there are none. @throws ConfigurationError with both kinds
 */
export async function tellingAll<T>(problems: readonly string[], check: () => Promise<T>): Promise<T> {
  if (problems.length === 0) return check();
  const more = await check().then(() => [], problemsOf);
  throw new ConfigurationError([...problems, ...more]);
}

function problemsOf(failure: unknown): readonly string[] {
  if (failure instanceof ConfigurationError) return failure.problems;
  throw failure;
}
