import type { Duplex } from 'node:stream';
import type {
  ChannelView,
  ClientOrigin,
  Ending,
  InstanceFigures,
  InstanceView,
  Port,
  Sink,
  TlsIdentity,
} from '../contract/views.js';
import type { Peer } from '../protocol/names.js';

/** An instance, as its view shows it. */
export interface Viewed extends Pick<
  InstanceView,
  'id' | 'name' | 'monitorName' | 'fingerprint' | 'session' | 'state' | 'since' | 'expire'
> {
  readonly origin: Pick<InstanceView, 'transport' | 'peer' | 'tls'>;
  readonly relay: { readonly channels: Iterable<{ readonly channel: ChannelView }> };
  connect(client: Duplex, origin: ClientOrigin): ChannelView;
  open(sink: Sink, origin: ClientOrigin): Port;
  figures(): InstanceFigures;
}

/** What plugins see of an instance. */
export class View implements InstanceView {
  readonly #instance: Viewed;

  constructor(instance: Viewed) {
    this.#instance = instance;
  }

  get id(): number {
    return this.#instance.id;
  }
  get name(): string {
    return this.#instance.name;
  }
  get monitorName(): string | undefined {
    return this.#instance.monitorName;
  }
  get peer(): Peer {
    return this.#instance.origin.peer;
  }
  get transport(): string {
    return this.#instance.origin.transport;
  }
  get tls(): TlsIdentity | undefined {
    return this.#instance.origin.tls;
  }
  get fingerprint(): string {
    return this.#instance.fingerprint;
  }
  get session(): string {
    return this.#instance.session;
  }
  get state(): InstanceView['state'] {
    return this.#instance.state;
  }
  get since(): Date {
    return this.#instance.since;
  }
  connect(client: Duplex, origin: ClientOrigin = {}): ChannelView {
    return this.#instance.connect(client, origin);
  }
  open(sink: Sink, origin: ClientOrigin = {}): Port {
    return this.#instance.open(sink, origin);
  }
  channels(): ChannelView[] {
    return [...this.#instance.relay.channels].map(({ channel }) => channel);
  }
  figures(): InstanceFigures {
    return this.#instance.figures();
  }
  expire({ code, reason }: Ending): void {
    this.#instance.expire({ code, reason });
  }
}
