import { type InstanceView, type PluginController, definePlugin } from '../../../plugin-sdk/index.js';
import { Clients } from '../../../plugins/mux/clients.js';
import { Directory } from '../../../plugins/mux/directory.js';
import { channelClose } from '../../../plugins/mux/wire/messages.js';
import { FrameReader, dataFrame } from '../../../client/mux/frames.js';
import { closeFrame, openFrame, readMessage } from '../../../client/mux/messages.js';
import { type Script, type SimScamper, type TestBench, answering, settle, startBench } from '../../../testing/index.js';
import { comesToHold } from '../support/empty.js';
import { torn } from '../support/mutate.js';
import { Script as Steps } from '../support/script.js';
import { type Target, holds } from '../support/target.js';
import { Wire } from '../support/wire.js';

const TOGETHER = 128;
const STEPS = 64;
/** Channels and instances have low numbers, so that scripts hit them. */
const LOW = 6;

const answers = answering();

/**
 * Answers all but `done`: what a client sends behind it crosses the CHANNEL_FIN of scamper, which drops the connection for that;
 * nobody can know in time.
 */
const script: Script = {
  ...answers,
  line: (scamper, channel, line) => {
    if (line !== 'done') answers.line?.(scamper, channel, line);
  },
};

/** A mux without a socket, in front of scampers that are as strict as the real one. */
class World {
  readonly scampers: SimScamper[] = [];
  #bench: TestBench | undefined;
  #clients: Clients | undefined;

  async start(): Promise<this> {
    const mux = definePlugin({
      name: 'mux-without-socket',
      schema: { type: 'object' },
      setup: (controller) => this.#setUp(controller),
    });
    this.#bench = await startBench([mux], { limits: { clientBuffer: 4_096, instanceBuffer: 65_536, channels: 16 } });
    for (const monitorName of ['a', 'b']) this.scampers.push(await this.#bench.attach({ monitorName, script }));
    return this;
  }

  #setUp(controller: PluginController): void {
    const directory = new Directory();
    const clients = new Clients(controller, directory, { clients: 1_024, channels: 8, helloTime: 60 });
    controller.observe('changed', (change) => directory.changed(change));
    controller.hooks.start.tap(() => clients.begin());
    this.#clients = clients;
  }

  admit(wire: Wire): void {
    this.#clients?.admit(wire, {}, true);
  }

  get instances(): InstanceView[] {
    return this.#bench?.controller.instances ?? [];
  }

  async end(): Promise<void> {
    await comesToHold(() => this.instances.every((instance) => instance.channels().length === 0), 'channels are left');
    for (const { violation } of this.scampers) holds(violation === undefined, violation ?? '');
    holds(this.instances.length === 2, 'an instance is lost');
    const wrong = this.#bench?.log.lines.find(({ level, fields }) => level === 'error' || isOurs(fields['code']));
    holds(wrong === undefined, JSON.stringify(wrong));
    await this.#bench?.stop();
  }
}

function isOurs(code: unknown): boolean {
  return code === 'SCR_INTERNAL' || code === 'SCR_CLIENT_FAILED';
}

/** A program on the mux that does what its script says. What it gets must be frames that a client can read. */
class Program {
  readonly #script: Steps;
  readonly #frames = new FrameReader();
  readonly #wire: Wire;
  #steps = 0;

  constructor(world: World, bytes: Buffer) {
    this.#script = new Steps(bytes);
    this.#wire = new Wire((piece) => this.#hear(piece));
    world.admit(this.#wire);
  }

  get done(): boolean {
    return this.#script.done || this.#steps >= STEPS;
  }

  #hear(bytes: Buffer): void {
    this.#frames.push(bytes, { control: (payload) => void readMessage(payload), data: () => undefined });
  }

  step(): void {
    this.#steps++;
    const script = this.#script;
    const choice = script.u8() % 12;
    if (choice < 3) this.#wire.bring(openFrame(script.u8() % LOW, script.u8() % LOW));
    else if (choice < 6) this.#wire.bring(dataFrame(script.u8() % LOW, this.#line(script.u8())));
    else if (choice === 6) this.#wire.bring(closeFrame(script.u8() % LOW));
    else if (choice === 7) this.#wire.bring(script.take(script.u8()));
    else if (choice === 8) for (const piece of torn(script.take(script.u8()))) this.#wire.bring(piece);
    else if (choice === 9) this.#wire.toggle();
    else if (choice === 10) this.#wire.bring(channelClose(script.u32()));
    else if (script.u8() > 200) this.#wire.push(null);
  }

  #line(choice: number): string {
    if (choice % 8 === 0) return 'done\n';
    if (choice % 8 === 1) return 'x'.repeat(choice * 300);
    return `ping 192.0.2.${choice}\n`;
  }

  leave(): void {
    this.#wire.destroy();
  }
}

async function run(inputs: readonly Buffer[]): Promise<void> {
  const world = await new World().start();
  const programs = inputs.map((bytes) => new Program(world, bytes));
  for (let busy: readonly Program[] = programs; busy.length > 0; busy = busy.filter(({ done }) => !done)) {
    for (const program of busy) program.step();
    await settle(2);
  }
  for (const program of programs) program.leave();
  await world.end();
}

const raw = Buffer.concat([openFrame(1, 1), dataFrame(1, 'ping 192.0.2.1\n'), closeFrame(1)]);
const seeds: Target['seeds'] = [
  Buffer.from([0, 1, 1, 3, 1, 2, 3, 1, 0, 0, 2, 2, 3, 2, 9, 6, 2]),
  Buffer.from([0, 1, 1, 0, 1, 1, 0, 2, 1, 3, 1, 1, 6, 1, 6, 1, 9, 3, 1, 1, 9]),
  Buffer.concat([Buffer.from([7, raw.length]), raw, Buffer.from([8, raw.length]), raw]),
  Buffer.from([0, 1, 3, 3, 3, 1, 3, 3, 1, 3, 3, 1, 3, 3, 1, 11, 255]),
];

/** The clients of a mux: their frames, channels, pace and endings, in front of two instances. */
export const mux: Target = { name: 'mux', engine: true, seeds, together: TOGETHER, run };
