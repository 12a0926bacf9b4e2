/**
 * What a plugin's author gets wrong is told by the compiler. Nothing here is run: `npm run typecheck` fails when a line below
 * `@ts-expect-error` compiles, or another one does not.
 */
import { Server } from 'node:net';
import { expectTypeOf } from 'vitest';
import {
  type ChannelView,
  type InstanceView,
  type PluginController,
  type Port,
  type VpMetadata,
  defineErrors,
  definePlugin,
  defineService,
  metadata,
} from '../../plugin-sdk/index.js';
import type { SimScamper } from '../../testing/index.js';

const schema = { type: 'object', additionalProperties: false } as const;

// ---- options have the type that the schema describes

definePlugin({
  name: 'options',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['cert'],
    properties: {
      cert: { type: 'string' },
      port: { type: 'integer', default: 31_337 },
      family: { enum: ['any', 'ipv4', 'ipv6'], default: 'any' },
      strict: { type: 'boolean' },
      time: { type: ['string', 'integer'] },
      names: { type: 'array', items: { type: 'string' }, default: [] },
      rules: {
        type: 'array',
        items: {
          type: 'object',
          required: ['match'],
          properties: { match: { type: 'string' }, mode: { enum: ['allow', 'deny'] } },
        },
      },
    },
  },
  setup(controller, options) {
    expectTypeOf(options.cert).toEqualTypeOf<string>();
    expectTypeOf(options.port).toEqualTypeOf<number>();
    expectTypeOf(options.family).toEqualTypeOf<'any' | 'ipv4' | 'ipv6'>();
    expectTypeOf(options.strict).toEqualTypeOf<boolean | undefined>();
    expectTypeOf(options.time).toEqualTypeOf<string | number | undefined>();
    expectTypeOf(options.names).toEqualTypeOf<readonly string[]>();
    expectTypeOf(options.rules).toEqualTypeOf<
      readonly { readonly match: string; readonly mode?: 'allow' | 'deny' | undefined }[] | undefined
    >();

    // @ts-expect-error -- no such option
    void options.crt;
    // @ts-expect-error -- it may be missing: it is neither required nor has a default
    void options.rules.length;
    // @ts-expect-error -- none of the values
    void (options.family === 'ipx');
    // @ts-expect-error -- options are not the plugin's to change
    options.port = 1;

    controller.hooks.reload.tap((fresh) => {
      expectTypeOf(fresh).toEqualTypeOf<typeof options>();
      // @ts-expect-error -- no such option
      void fresh.crt;
    });
  },
});

// ---- what makes a plugin

// @ts-expect-error -- options are always an object
definePlugin({ name: 'x', schema: { type: 'string' }, setup: () => undefined });
// @ts-expect-error -- a schema says what it describes
definePlugin({ name: 'x', schema: {}, setup: () => undefined });
// @ts-expect-error -- no name
definePlugin({ schema, setup: () => undefined });
// @ts-expect-error -- no setup
definePlugin({ name: 'x', schema });
// @ts-expect-error -- a plugin has nothing else
definePlugin({ name: 'x', schema, setup: () => undefined, teardown: () => undefined });
// @ts-expect-error -- versions are text
definePlugin({ name: 'x', version: 1, schema, setup: () => undefined });

// ---- hooks, what their handlers are given and what they may return

definePlugin({
  name: 'hooks',
  schema,
  setup({ hooks }) {
    // @ts-expect-error -- no such hook
    void hooks.authentication;
    // @ts-expect-error -- a handler is a function
    hooks.expire.tap({});
    // @ts-expect-error -- unknown setting of a handler
    hooks.expire.tap({ after: 'tcp' }, () => undefined);
    hooks.expire.tap({ before: ['tcp'], timeLimit: 1_000 }, () => undefined);

    hooks.start.tap(() => () => undefined);
    hooks.start.tap(async () => Promise.resolve(() => undefined));
    // @ts-expect-error -- nothing, or a function that releases
    hooks.start.tap(() => 'started');
    // @ts-expect-error -- nothing
    hooks.stop.tap(() => true);
    // @ts-expect-error -- nothing
    hooks.reload.tap(() => true);

    hooks.accept.tap(({ stream, peer }) => (peer.kind === 'ip' ? { stream } : { refuse: 'no address' }));
    // @ts-expect-error -- a refusal has a reason
    hooks.accept.tap(() => ({ refuse: true }));
    // @ts-expect-error -- no answer of this hook
    hooks.accept.tap(() => ({ deny: 'reason' }));

    hooks.authenticate.tap(({ monitorName }) => (monitorName === 'ams-1' ? undefined : { deny: 'who?' }));
    hooks.authenticate.tap(async () => Promise.resolve({ deny: 'nobody' }));
    // @ts-expect-error -- no: allowed or denied is said by nothing or a reason
    hooks.authenticate.tap(() => true);
    // @ts-expect-error -- not null
    hooks.authenticate.tap(() => null);
    // @ts-expect-error -- nor a promise of either
    hooks.authenticate.tap(async () => Promise.resolve(false));
    // @ts-expect-error -- a denial has a reason
    hooks.authenticate.tap(() => ({ deny: undefined }));
    // @ts-expect-error -- the magic is a secret
    hooks.authenticate.tap((request) => void request.magic);
    // @ts-expect-error -- what is seen is not the plugin's to change
    hooks.authenticate.tap((request) => void (request.monitorName = 'other'));

    hooks.attach.tap((instance, { resumed }) => (resumed ? undefined : () => void instance.name));
    // @ts-expect-error -- nothing, or a function that undoes it
    hooks.attach.tap((instance) => instance);

    hooks.open.tap(({ instance, origin }) =>
      origin.credentials?.uid === 0 ? undefined : { deny: `not for ${instance.name}` },
    );
    // @ts-expect-error -- at once
    hooks.open.tap(async () => Promise.resolve({ deny: 'later' }));
    // @ts-expect-error -- a denial has a reason
    hooks.open.tap(() => ({ deny: true }));
    hooks.open.tap({ place: 'last' }, ({ origin }) => void origin.tls?.subject);
    // @ts-expect-error -- first or last
    hooks.open.tap({ place: 'middle' }, () => undefined);

    hooks.data.tap((bytes, { direction }) => (direction === 'toClient' ? bytes.subarray(1) : undefined));
    // @ts-expect-error -- at once
    hooks.data.tap(async (bytes) => Promise.resolve(bytes));
    // @ts-expect-error -- bytes, not text
    hooks.data.tap((bytes) => bytes.toString());
    // @ts-expect-error -- no such direction
    hooks.data.tap((_bytes, { direction }) => void (direction === 'up'));

    hooks.disconnect.tap(() => ({ keepFor: 60_000 }));
    // @ts-expect-error -- milliseconds, a number
    hooks.disconnect.tap(() => ({ keepFor: '15m' }));
    // @ts-expect-error -- nothing, or how long to keep it
    hooks.disconnect.tap(() => true);
    // @ts-expect-error -- nothing
    hooks.expire.tap(() => ({ keepFor: 1 }));

    hooks.localSocket.tap((access) => ({ mode: access.mode | 0o070 }));
    // @ts-expect-error -- the number of a group
    hooks.localSocket.tap(() => ({ gid: 'staff' }));
    // @ts-expect-error -- at once
    hooks.localSocket.tap(async () => Promise.resolve({ mode: 0o700 }));
  },
});

// ---- services and errors

interface Places {
  placeOf(monitorName: string): string | undefined;
}
const places = defineService<Places>('places');

export function services(controller: PluginController): void {
  expectTypeOf(controller.use(places)).toEqualTypeOf<Places | undefined>();
  controller.provide(places, { placeOf: () => 'Amsterdam' });
  // @ts-expect-error -- not what the service is
  controller.provide(places, { placeOf: () => 7 });
  // @ts-expect-error -- nobody may offer it
  controller.use(places).placeOf('ams-1');
}

export function known(controller: PluginController, instance: InstanceView): void {
  const vp = controller.use(metadata)?.of(instance.monitorName);
  expectTypeOf(vp).toEqualTypeOf<VpMetadata | undefined>();
  expectTypeOf(vp?.asn4).toEqualTypeOf<number | undefined>();
  expectTypeOf(vp?.other['contact']).toEqualTypeOf<readonly string[] | undefined>();
  // @ts-expect-error -- it is not the plugin's to change
  if (vp !== undefined) vp.cc = 'NL';
  // All that must be there.
  controller.provide(metadata, { of: () => ({ tags: [], other: {} }), names: () => ['ams-1'] });
}

export function changes({ need, notify, watch }: PluginController): void {
  expectTypeOf(need(places)).toEqualTypeOf<() => Places>();
  expectTypeOf(need(places)().placeOf('ams-1')).toEqualTypeOf<string | undefined>();
  notify(places);
  watch(places, () => undefined);
  // @ts-expect-error -- a service, not its name
  notify('places');
}

// ---- what is observed, and what is counted

export function seen({ observe, figures, instances, atTurnEnd }: PluginController): void {
  expectTypeOf(observe('refused', ({ step, peer }) => void [step, peer])).toEqualTypeOf<() => void>();
  observe('changed', ({ from, to }) => {
    expectTypeOf(from).toEqualTypeOf<'pending' | 'connected' | 'zombie' | 'gone'>();
    expectTypeOf(to).toEqualTypeOf<typeof from>();
  });
  observe('attached', (channel) => expectTypeOf(channel).toEqualTypeOf<ChannelView>());
  observe('gone', ({ duration }) => expectTypeOf(duration).toEqualTypeOf<number>());
  observe('reloaded', ({ kept }) => expectTypeOf(kept).toEqualTypeOf<readonly string[]>());
  // @ts-expect-error -- nothing is called that
  observe('client', () => undefined);
  // @ts-expect-error -- a fact of the past
  observe('changed', (change) => void (change.to = 'gone'));
  expectTypeOf(figures().arriving).toEqualTypeOf<number>();
  expectTypeOf(instances()[0]?.figures().roundTrip).toEqualTypeOf<number | undefined>();
  atTurnEnd(() => undefined);
  // @ts-expect-error -- a function
  atTurnEnd('soon');
}

// ---- clients that are no streams

export function client(instance: InstanceView): void {
  const port = instance.open({ data: () => true, end: () => port.close(), closed: ({ code }) => void code });
  expectTypeOf(port).toEqualTypeOf<Port>();
  expectTypeOf(port.send(Buffer.from('x'))).toEqualTypeOf<boolean>();
  // @ts-expect-error -- whether it is full must be said
  instance.open({ data: () => undefined, end: () => undefined, closed: () => undefined });
  // @ts-expect-error -- a client is told when it is over
  instance.open({ data: () => true, end: () => undefined });
  // @ts-expect-error -- an ending has a reason
  port.close({ code: 'SCR_MINE' });
  // @ts-expect-error -- a port is no way into the core
  void port.abort;
}

// @ts-expect-error -- every error has a remedy
defineErrors({ SCR_MINE: ['cause'] });
// @ts-expect-error -- codes begin with SCR_
defineErrors({ SCR_MINE: ['cause', 'remedy'], MINE: ['cause', 'remedy'] });
const errors = defineErrors({ SCR_MINE: ['cause', 'remedy'] });
// @ts-expect-error -- no such error
void errors.SCR_OTHER;

// ---- what is waited for has the type that was asked for

export async function received(scamper: SimScamper): Promise<void> {
  expectTypeOf((await scamper.waitFor('fin')).channel).toEqualTypeOf<number>();
  expectTypeOf((await scamper.waitFor('open')).type).toEqualTypeOf<'open'>();
  expectTypeOf((await scamper.waitFor('data')).bytes).toEqualTypeOf<Buffer>();
  // @ts-expect-error -- what resumes has no channel
  void (await scamper.waitFor('resumed')).channel;
}

// ---- a release may return what closing returns

definePlugin({
  name: 'closing',
  schema,
  setup: ({ hooks }) => hooks.start.tap(() => () => new Server().close()),
});
