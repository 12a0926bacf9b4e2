import type { SecureContext } from 'node:tls';
import { type AuthenticationRequest, definePlugin } from '../../plugin-sdk/index.js';
import { Credentials } from './credentials.js';
import { handshake } from './handshake.js';
import { identityOf, isNamed } from './identity.js';
import { ValidityWatch, certificateFields } from './validity.js';

/** Denies whoever shows no trusted certificate, or one made out for another name. Holds for new and resumed instances. */
function objection({ tls, monitorName }: AuthenticationRequest, verifyName: boolean): { deny: string } | undefined {
  if (tls?.authorized !== true) return { deny: 'no client certificate was shown' };
  if (!verifyName || isNamed(tls, monitorName)) return undefined;
  const names = tls.names.join(', ') || 'no name';
  return { deny: `the certificate is for ${names}, the monitor name is ${monitorName ?? 'not given'}` };
}

/** In seconds. */
const LONGEST_HANDSHAKE = 300;
/** A little more than any handshake may take, so that the handshake's own limit is what tells of it; in milliseconds. */
const HOOK_TIME = LONGEST_HANDSHAKE * 1000 + 5_000;

/** Protects the connections that a transport announces with TLS 1.2 or newer. */
export default definePlugin({
  name: 'tls',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['cert', 'key'],
    properties: {
      cert: { type: 'string', minLength: 1, description: 'PEM file: the certificate, with its chain behind it' },
      key: { type: 'string', minLength: 1, description: 'PEM file: the private key' },
      ca: {
        type: 'string',
        minLength: 1,
        description: 'PEM file: the authorities whose client certificates are accepted; with it they are required',
      },
      verifyName: {
        type: 'boolean',
        default: true,
        description: 'with `ca`: the client certificate must hold the monitor name',
      },
      passphraseFile: { type: 'string', minLength: 1, description: "file whose first line is the key's passphrase" },
      passphraseEnv: { type: 'string', minLength: 1, description: "environment variable with the key's passphrase" },
      minVersion: {
        enum: ['TLSv1.2', 'TLSv1.3'],
        default: 'TLSv1.2',
        description: 'the oldest version of TLS allowed',
      },
      handshakeTime: {
        type: 'integer',
        minimum: 1,
        maximum: LONGEST_HANDSHAKE,
        default: 15,
        description: 'seconds that a handshake may take, 1 to 300',
      },
    },
  },
  setup(controller, options) {
    const { hooks } = controller;
    const credentials = new Credentials(controller);
    const validity = new ValidityWatch(controller);
    let active = options;
    let context: SecureContext | undefined;

    /** Loads all before anything is replaced. */
    async function load(fresh: typeof options): Promise<void> {
      const event = context === undefined ? 'tls.loaded' : 'tls.reloaded';
      const loaded = await credentials.load(fresh);
      context = loaded.context;
      active = fresh;
      const [own] = loaded.certificates;
      const fields = { event, ...certificateFields(own) };
      controller.log.info(fields, `certificate and key are loaded; valid until ${fields.notAfter}`);
      validity.watch(loaded.certificates);
    }

    hooks.start.tap({ timeLimit: 600_000 }, async () => {
      await load(options);
      return validity.begin();
    });
    hooks.reload.tap(load);
    hooks.accept.tap({ timeLimit: HOOK_TIME }, async ({ stream }) => {
      if (context === undefined) return { refuse: 'TLS is not ready' };
      const requireCertificate = active.ca !== undefined;
      const timeLimit = active.handshakeTime * 1000;
      const secure = await handshake(stream, controller.clock, { context, requireCertificate, timeLimit });
      return { stream: secure, tls: identityOf(secure) };
    });
    hooks.authenticate.tap((request) => (active.ca === undefined ? undefined : objection(request, active.verifyName)));
  },
});
