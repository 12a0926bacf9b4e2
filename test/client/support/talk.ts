import { connect as connectSocket } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  type ChannelOptions,
  type Channel,
  type ConnectOptions,
  type Fleet,
  type VantagePoint,
  connect,
} from '../../../client/index.js';
import { type MuxChannel, type MuxClient, type MuxOptions, type StrictMux, startMux } from './strict-mux.js';
import { cycleStart, cycleStop, dataMessage, list, result } from './warts.js';

/** Two VPs that are there. */
export const two = {
  1: [
    [1, 'ams-nl'],
    [3, '192.0.2.1'],
  ],
  2: [
    [1, 'san-us'],
    [12, '2001:db8::2'],
  ],
} as const;

export interface Talk {
  readonly mux: StrictMux;
  readonly fleet: Fleet;
  readonly client: MuxClient;
}

/** A client that is connected to a strict mux. */
export async function startTalk(mux: MuxOptions = {}, options: ConnectOptions = {}): Promise<Talk> {
  const strict = await startMux({ instances: two, ...mux });
  const fleet = await connect(strict.where, options);
  onTestFinished(() => fleet.close());
  return { mux: strict, fleet, client: await strict.client() };
}

/** The VP at this place of the list. */
export function vpAt(fleet: Fleet, place: number): VantagePoint {
  const vp = fleet.vps()[place];
  if (vp === undefined) throw new Error(`no VP at ${place}`);
  return vp;
}

/** A client with one channel: both of its ends. */
export async function startChannel(
  options: ChannelOptions = {},
  connecting: ConnectOptions = {},
): Promise<Talk & { readonly channel: Channel; readonly end: MuxChannel }> {
  const talk = await startTalk({}, connecting);
  const channel = talk.fleet.open(vpAt(talk.fleet, 0), options);
  return { ...talk, channel, end: await talk.client.channel(1) };
}

/** What a warts stream begins with. */
export const header = Buffer.concat([list(), cycleStart()]);
export const greeting = `MORE\n`;
export const headerMessage = dataMessage(list()) + dataMessage(cycleStart());

/** A scamper that takes every command, answers it, and has its result at once. @param ids whether it says which is which */
export function simulate(end: MuxChannel, ids: boolean): void {
  let read = 0;
  let task = 0;
  end.say(greeting);
  end.onText = () => {
    for (const line of end.lines.slice(read)) {
      read++;
      if (line === 'done') finish(end);
      else if (line.startsWith('halt')) end.say('ERR no task\n');
      else answer(end, line, ++task, ids);
    }
  };
}

function answer(end: MuxChannel, line: string, task: number, ids: boolean): void {
  const before = task === 1 ? headerMessage : '';
  end.say(`OK id-${task}\n`, before, 'MORE\n', dataMessage(result(line), ids ? ` id-${task}` : ''));
}

function finish(end: MuxChannel): void {
  end.say('OK\n', dataMessage(cycleStop()));
  end.close();
}

/** Passes a channel on to the socket of a real instance. */
export function relay(end: MuxChannel, path: string): void {
  const socket = connectSocket({ path, allowHalfOpen: true });
  let read = 0;
  const pass = (): void => {
    socket.write(end.text.slice(read), 'latin1');
    read = end.text.length;
  };
  end.onText = pass;
  pass();
  socket.on('data', (chunk) => end.say(chunk.toString('latin1')));
  socket.on('end', () => {
    end.close();
    socket.destroy();
  });
  socket.on('error', () => end.close('SCR_INSTANCE_GONE: the instance has gone'));
}
