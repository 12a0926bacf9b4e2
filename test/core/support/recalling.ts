import type { Plugin, Recalled, RecallRequest } from '../../../plugin-sdk/index.js';
import { plugin } from './plugins.js';

/** Knows of every session whatever `answer` returns for it. */
export function recalling(
  answer: (request: RecallRequest) => unknown = () => ({}),
  name = 'memory-of',
): Plugin<object> {
  return plugin(name, ({ hooks }) => hooks.recall.tap(answer as () => Recalled));
}
