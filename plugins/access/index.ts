import picomatch from 'picomatch';
import { type LocalSocketAccess, type LocalSocketRequest, definePlugin } from '../../plugin-sdk/index.js';
import { groupId } from './groups.js';

const OWNER = 0o700;
const GROUP = 0o070;
const OTHER = 0o007;

/** Who may use a socket, as options say it. */
interface Grant {
  readonly allowGroup?: boolean | undefined;
  readonly allowOther?: boolean | undefined;
  readonly group?: string | number | undefined;
}

interface Options extends Grant {
  readonly rules: readonly (Grant & { readonly match: string })[];
}

interface Rule {
  readonly matches: (monitorName: string) => boolean;
  readonly access: LocalSocketAccess;
}

/** A group that is named may use the socket: what else would it be named for. */
function accessOf({ allowGroup, allowOther, group }: Grant): LocalSocketAccess {
  const forGroup = allowGroup ?? group !== undefined;
  const mode = OWNER | (forGroup ? GROUP : 0) | (allowOther === true ? OTHER : 0);
  return { mode, gid: group === undefined ? undefined : groupId(group) };
}

/** An instance without monitor name, and a socket that serves several, fit `*` only. */
function matcher(pattern: string): Rule['matches'] {
  if (pattern === '*') return () => true;
  const fits = picomatch(pattern, { dot: true });
  return (monitorName) => monitorName !== '' && fits(monitorName);
}

/** Rules in their order, the options outside the rules last. */
function compile(options: Options): Rule[] {
  const rules = options.rules.map((rule) => ({ matches: matcher(rule.match), access: accessOf(rule) }));
  return [...rules, { matches: () => true, access: accessOf(options) }];
}

/** The first rule that fits. */
function decide(rules: readonly Rule[], { instance }: LocalSocketRequest): LocalSocketAccess | undefined {
  const monitorName = instance?.monitorName ?? '';
  return rules.find((rule) => rule.matches(monitorName))?.access;
}

const grant = {
  allowGroup: {
    type: 'boolean',
    description: "members of the socket's group may use it (adds 070); true where `group` is given, unless set",
  },
  allowOther: { type: 'boolean', description: 'everybody on the machine may use it (adds 007)' },
  group: {
    type: ['string', 'integer'],
    minimum: 0,
    minLength: 1,
    description: 'the group that owns the socket, by name or number; else that of the process',
  },
} as const;

/** Decides who may use local sockets, whichever plugin makes them. */
export default definePlugin({
  name: 'access',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...grant,
      rules: {
        type: 'array',
        default: [],
        description:
          'other access for some instances, each with `match` and, as above, `allowGroup`, `allowOther`, `group`',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['match'],
          properties: {
            match: {
              type: 'string',
              minLength: 1,
              description: 'pattern of the monitor name: `*`, `?`, `[a-z]`, `{a,b}`',
            },
            ...grant,
          },
        },
      },
    },
  },
  setup(controller, options) {
    // A plugin that starts before this one may already make a socket.
    let rules: Rule[] | undefined;
    const current = (): Rule[] => (rules ??= compile(options));
    controller.hooks.start.tap(() => void current());
    controller.hooks.reload.tap((fresh) => {
      rules = compile(fresh);
    });
    controller.hooks.localSocket.tap((_access, request) => decide(current(), request));
  },
});
