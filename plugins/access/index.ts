import {
  type LocalSocketAccess,
  type LocalSocketRequest,
  type OpenRequest,
  ScrError,
  definePlugin,
  knowsPeerCredentials,
  reasonOf,
} from '../../plugin-sdk/index.js';
import { errors } from './groups.js';
import { objectionToLocal, objectionToRemote } from './judgement.js';
import { Policy } from './policy.js';

/** The system's list of members is never older than that, where it is used; in milliseconds. */
const LIST_AGE = 300_000;

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
  certificates: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    description: 'clients from the network that may use it: patterns of the names in their certificates',
  },
  allowNetwork: {
    type: 'boolean',
    description: 'clients from the network may use it, whatever they show: whoever reaches the port',
  },
} as const;

/** Decides who may use instances: by the mode of local sockets, and by the hook `open` where that cannot tell. */
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
        description: 'other access for some instances, each with `match` and any of the above',
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
    const { clock, hooks, log, signal } = controller;
    /** Paths of sockets that lead to several instances. None is ever taken out: in doubt a client is judged. */
    const shared = new Set<string>();
    let knowsUsers = false;
    let policy: Policy | undefined;
    let loadedAt = 0;
    // A plugin that starts before this one may already make a socket.
    const current = (): Policy => (policy ??= new Policy(options));

    async function load({ members }: Policy): Promise<void> {
      loadedAt = clock.now();
      await members.load(signal).catch((failure: unknown) => {
        if (signal.aborted) return;
        log.warn({ event: 'access.members', cause: reasonOf(failure) }, "the system's list of members cannot be read");
      });
    }

    function assertTellsApart({ needsToKnowUsers }: Policy): void {
      if (needsToKnowUsers && !knowsUsers) throw new ScrError(errors.SCR_ACCESS_USERS);
    }

    function decide({ path, instance }: LocalSocketRequest): LocalSocketAccess | undefined {
      if (instance !== undefined) return current().ruleFor(instance.monitorName)?.access;
      assertTellsApart(current());
      shared.add(path);
      if (clock.now() - loadedAt > LIST_AGE) void load(current());
      return current().shared;
    }

    function objection({ instance, origin }: OpenRequest): string | undefined {
      const { socket, peer, tls } = origin;
      const rule = current().ruleFor(instance.monitorName);
      if (rule === undefined) return 'no rule fits';
      if (peer !== undefined || tls !== undefined) return objectionToRemote(rule, tls);
      if (socket === undefined || !shared.has(socket)) return undefined; // a plugin itself, or the file's mode decided
      return objectionToLocal(rule, { ...origin, socket }, current().members);
    }

    hooks.start.tap({ place: 'first' }, async () => {
      knowsUsers = await knowsPeerCredentials();
      await load(current());
      const timer = clock.every(LIST_AGE, () => {
        if (shared.size > 0) void load(current());
      });
      return () => timer.cancel();
    });
    hooks.reload.tap(async (fresh) => {
      const next = new Policy(fresh);
      if (shared.size > 0) assertTellsApart(next);
      await load(next);
      policy = next;
    });
    hooks.localSocket.tap((_access, request) => decide(request));
    hooks.open.tap((request) => {
      const deny = objection(request);
      return deny === undefined ? undefined : { deny };
    });
  },
});
