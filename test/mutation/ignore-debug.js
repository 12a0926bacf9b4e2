import { PluginKind, declareValuePlugin } from '@stryker-mutator/api/plugin';

/** `log.debug(…)`, `this.#debug(…)`, and the question whether anybody reads it. */
const names = ['debug', 'isLevelEnabled'];

function isDebug({ node }) {
  if (node.type === 'UnaryExpression') return isDebug({ node: node.argument });
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const { property } = node.callee;
  return names.includes(property.type === 'PrivateName' ? property.id.name : property.name);
}

/** Lines for whoever looks for a mistake: their words may change, and no test holds them. */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'debug-lines', {
    shouldIgnore: (path) => (isDebug(path) ? 'a line of the log for whoever looks for a mistake' : undefined),
  }),
];
