import { dirname, relative, resolve, sep } from 'node:path';
import { isBuiltin } from 'node:module';
import { rooms } from './rooms.js';

const namesForCore = {
  'core/protocol/names.ts': { 'node:net': ['isIP', 'isIPv4', 'isIPv6'] },
  // To tell what kind of stream it was given, and to read it faster; they connect to nothing.
  'core/streams/node-internals.ts': { 'node:net': ['Socket'] },
  'core/streams/sockets.ts': { 'node:net': ['Socket'], 'node:tls': ['TLSSocket'] },
};

/**
 * Who may import what. The first part that a file belongs to holds. `ours` lists folders and files of this project, beside the
 * part's own folder; `node` lists Node modules, without it all are allowed; `npm: false` forbids packages. A file named in
 * `names` may use some exports of others; `computed` names the files that may import what is known at run time only.
 */
export const parts = [
  ...Object.entries(rooms).map(([room, { is, imports, node }]) => ({
    folder: `core/${room}`,
    why: `${room} is ${is}; it stands on ${imports.join(', ') || 'nothing of ours'}`,
    ours: imports.map((other) => `core/${other}`),
    node,
    names: namesForCore,
    computed: ['core/plugins/load.ts'],
  })),
  {
    folder: 'core/*',
    why: 'the core imports no plugin, no SDK and no command line, opens no socket and reads no file',
    ours: [],
    node: [],
    computed: [],
  },
  {
    folder: 'config',
    why: 'the configuration stands on the core; the types of its options are those of the default plugins',
    ours: ['core/contract', 'core/plugins', 'plugin-sdk/index.ts', 'plugins/index.ts'],
    computed: ['config/file.ts'],
  },
  {
    folder: 'plugins/index.ts',
    why: 'the table of the default plugins knows the plugins and nothing else',
    ours: ['plugins/*/index.ts'],
    computed: [],
  },
  {
    folder: 'plugins/status/page/browser',
    why: 'the page runs in a browser: it has the types of the SDK, and selectors of the client',
    ours: ['plugin-sdk/index.ts', 'client/select.ts', 'client/errors.ts'],
    node: [],
    npm: false,
    computed: [],
  },
  {
    folder: 'plugins/*',
    why: 'a plugin has what a third party has: the SDK, Node and npm packages',
    ours: ['plugin-sdk/index.ts'],
    packages: ['sc-remoted/plugin-sdk'],
    computed: [],
  },
  {
    folder: 'testing',
    why: 'the test kit makes a controller as an embedder does, and speaks the protocol: it knows no plugin and nothing else of the core',
    ours: ['index.ts', 'plugin-sdk/index.ts', 'core/contract', 'core/protocol'],
    computed: [],
  },
  {
    folder: 'plugin-sdk',
    why: 'the SDK stands on what the core shows to plugins; what it takes of Node inside is taken where the core does it',
    ours: [
      'core/contract',
      'core/protocol/names.ts',
      'core/protocol/networks.ts',
      'core/streams/node-internals.ts',
      'core/streams/sockets.ts',
    ],
    computed: [],
  },
  {
    folder: 'client',
    why: 'the client is for programs without the controller: it has Node and nothing else',
    ours: [],
    npm: false,
    computed: [],
  },
  {
    folder: 'cli',
    why: 'the command line stands on what an embedder has, on the core, on the table of the default plugins, and on the client',
    ours: [
      'client/index.ts',
      'core/controller.ts',
      'core/contract',
      'core/plugins',
      'config',
      'index.ts',
      'plugin-sdk/index.ts',
      'plugins/index.ts',
    ],
    computed: [],
  },
];

/** Whether `path` is, or lies in, what `pattern` names; a `*` stands for one folder. @returns the part that fits */
function fits(pattern, path) {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return wanted.length <= given.length && wanted.every((name, index) => name === '*' || name === given[index]);
}

/** The folder that the pattern stands for in this path: `plugins/*` is another one for each plugin. */
function homeOf(pattern, path) {
  return path.split('/').slice(0, pattern.split('/').length).join('/');
}

/** Where a file stands in the project, with slashes. */
function pathFrom(root, file) {
  return relative(root, file).split(sep).join('/');
}

/** Sources import each other by the name of the built file. */
function sourceName(path) {
  return path.replace(/\.js$/, '.ts');
}

/** Why a file may not import a specifier; undefined when it may. */
function objection({ part, path, root, names }, specifier) {
  if (specifier === undefined) return part.computed.includes(path) ? undefined : 'it is known at run time only';
  if (specifier.startsWith('.')) {
    const target = sourceName(pathFrom(root, resolve(root, dirname(path), specifier)));
    const home = homeOf(part.folder, path);
    return [home, ...part.ours].some((pattern) => fits(pattern, target)) ? undefined : `${target} is out of bounds`;
  }
  if (isBuiltin(specifier)) return objectionToNode(part, path, specifier, names);
  if (specifier !== 'sc-remoted' && !specifier.startsWith('sc-remoted/')) return objectionToNpm(part);
  return part.packages?.includes(specifier) ? undefined : 'this package imports itself by relative paths';
}

function objectionToNpm({ npm = true }) {
  return npm ? undefined : 'it needs no packages';
}

function objectionToNode(part, path, specifier, names) {
  const name = specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  if (part.node === undefined || part.node.includes(name)) return undefined;
  const allowed = part.names?.[path]?.[name];
  if (allowed === undefined) return `${name} is not for this part`;
  const extra = names.filter((imported) => !allowed.includes(imported));
  return names.length > 0 && extra.length === 0 ? undefined : `of ${name} only ${allowed.join(', ')} may be used`;
}

/** What a static import takes from its module. */
function namesOf(node) {
  return (node.specifiers ?? []).map((one) => (one.imported ?? one.local)?.name ?? '*');
}

function literal(node) {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** ESLint rule: the boundaries between the parts of this project. */
export const boundaries = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { crossed: '{{path}} may not import {{specifier}}: {{objection}} ({{why}})' },
  },
  create(context) {
    const path = pathFrom(context.cwd, context.filename);
    const part = parts.find(({ folder }) => fits(folder, path));
    if (part === undefined) return {};
    const check = (node, specifier, names = []) => {
      const why = objection({ part, path, root: context.cwd, names }, specifier);
      if (why === undefined) return;
      const data = { path, specifier: specifier ?? 'this', objection: why, why: part.why };
      context.report({ node, messageId: 'crossed', data });
    };
    const checkSource = (node) => node.source && check(node, literal(node.source), namesOf(node));
    const checkCall = (node) => {
      const callee = node.callee.property?.name ?? node.callee.name;
      if (['require', 'createRequire', 'getBuiltinModule'].includes(callee)) check(node, literal(node.arguments[0]));
    };
    return {
      ImportDeclaration: checkSource,
      ExportNamedDeclaration: checkSource,
      ExportAllDeclaration: checkSource,
      ImportExpression: checkSource,
      TSImportType: (node) => check(node, literal(node.source ?? node.argument?.literal)),
      TSExternalModuleReference: (node) => check(node, literal(node.expression)),
      CallExpression: checkCall,
    };
  },
};
