import {
  type AuthenticationRequest,
  type TlsIdentity,
  TlsServer,
  definePlugin,
  tlsHandshakeTime,
  tlsServerOptions,
} from '../../plugin-sdk/index.js';

/** Denies whoever shows no trusted certificate, or one made out for another name. Holds for new and resumed instances. */
function objection({ tls, monitorName }: AuthenticationRequest, verifyName: boolean): { deny: string } | undefined {
  if (tls?.authorized !== true) return { deny: 'no client certificate was shown' };
  if (!verifyName || isNamed(tls, monitorName)) return undefined;
  const names = tls.names.join(', ') || 'no name';
  return { deny: `the certificate is for ${names}, the monitor name is ${monitorName ?? 'not given'}` };
}

/** Whether the certificate was made out for the monitor name; names are compared as DNS does, without regard to case. */
function isNamed(identity: TlsIdentity, monitorName: string | undefined): boolean {
  if (monitorName === undefined) return false;
  const wanted = monitorName.toLowerCase();
  return identity.names.some((name) => name.toLowerCase() === wanted);
}

/** Protects the connections that a transport announces with TLS 1.2 or newer. */
export default definePlugin({
  name: 'tls',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['cert', 'key'],
    properties: {
      ...tlsServerOptions,
      verifyName: {
        type: 'boolean',
        default: true,
        description: 'with `ca`: the client certificate must hold the monitor name',
      },
    },
  },
  setup(controller, options) {
    const { hooks } = controller;
    const server = new TlsServer(controller);
    let active = options;

    hooks.start.tap({ timeLimit: 600_000 }, async () => {
      await server.load(options);
      return server.begin();
    });
    hooks.reload.tap(async (fresh) => {
      await server.load(fresh);
      active = fresh;
    });
    hooks.accept.tap({ timeLimit: tlsHandshakeTime }, ({ stream }) => server.secure(stream));
    hooks.authenticate.tap((request) => (active.ca === undefined ? undefined : objection(request, active.verifyName)));
  },
});
