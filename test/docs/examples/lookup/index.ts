import { ScrError, defineErrors, definePlugin } from '../../../../plugin-sdk/index.js';

const errors = defineErrors({
  SCR_LOOKUP_ANSWER: ['the directory gave no clear answer', 'look at the directory of VPs'],
});

/** Asks a directory of VPs, over HTTP, whether a scamper may come: 200 means yes, 404 means no. */
export default definePlugin({
  name: 'lookup',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['url', 'token'],
    properties: {
      url: { type: 'string', minLength: 1, description: 'the monitor name is appended' },
      token: { type: 'string', minLength: 1, writeOnly: true, description: 'sent as bearer token' },
      seconds: { type: 'number', exclusiveMinimum: 0, default: 5, description: 'how long an answer may take' },
    },
  },
  setup({ hooks, clock, signal }, { url, token, seconds }) {
    hooks.authenticate.tap(async ({ monitorName }) => {
      if (monitorName === undefined) return { deny: 'it has no monitor name' };
      const late = new AbortController();
      const timer = clock.after(seconds * 1000, () => late.abort(new Error(`no answer in ${seconds} s`)));
      try {
        const { status, body } = await fetch(`${url}${encodeURIComponent(monitorName)}`, {
          headers: { authorization: `Bearer ${token}` },
          signal: AbortSignal.any([signal, late.signal]),
        });
        await body?.cancel();
        if (status === 200) return undefined;
        if (status === 404) return { deny: `${monitorName} is not in the directory` };
        throw new ScrError(errors.SCR_LOOKUP_ANSWER, `status ${status}`);
      } finally {
        timer.cancel();
      }
    });
  },
});
