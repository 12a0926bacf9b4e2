import { sessionOf } from '../../../core/instance/instance.js';
import type { InstanceView } from '../../../index.js';
import type { Client } from './client.js';
import { must } from './fault.js';
import type { Scamper } from './scamper.js';
import { type World, setWire } from './world.js';

/** Nothing in the way. */
const FREE = { cut: 0, capacity: 262_144 };
/** More than an orphan is given to end by itself. */
const ORPHANS_WAIT = 4_000;
const A_WHILE = 5_000;
/** So many octets each says when everything is to be seen. */
const WORD = 8;
/** Where clients may be this many at a time, they are all let in at the end: a channel that was not released shows. */
const PROBED = 8;

/**
 * What must hold in the end, whatever happened: all that was said is there, at the right place, and nothing is left of
 * what is over. @throws Fault
 */
export async function comeToRest(world: World): Promise<void> {
  await comeBack(world);
  await sayTheRest(world);
  await everybodyLeaves(world);
  await letAllIn(world);
  await forgetAll(world);
}

/** Nothing is in the way any more, and every scamper is on. */
async function comeBack(world: World): Promise<void> {
  for (const client of world.clients.values()) setWire(client, { window: Infinity });
  for (const mux of world.muxes.values()) setWire(mux, { window: Infinity });
  for (let tries = 0; waitsFor(world) !== undefined; tries++) {
    must(tries < 1_000, () => `waited in vain for ${String(waitsFor(world))}`);
    dialAll(world);
    await world.pass(A_WHILE);
  }
}

/** Who is not on, or was given up and is still known. One may not have read yet that its controller is no more. */
function waitsFor(world: World): string | undefined {
  const { instances } = world.life.controller;
  const current = new Set(world.vps.map(({ magic }) => sessionOf(magic)));
  const known = new Set(instances.map(({ session }) => session));
  const isPast = ({ state, session }: InstanceView): boolean => state === 'zombie' || !current.has(session);
  const isOff = ({ phase, magic }: World['vps'][number]): boolean => phase !== 'on' || !known.has(sessionOf(magic));
  return instances.find(isPast)?.name ?? world.vps.find(isOff)?.name;
}

function dialAll(world: World): void {
  for (const vp of world.vps) {
    setWire(vp, { window: Infinity, held: false });
    world.dial(vp, FREE);
  }
}

function live(world: World): Client[] {
  return [...world.clients.values()].filter(({ isLive }) => isLive);
}

/** Each who is there says a word more; then everybody has heard everything. */
async function sayTheRest(world: World): Promise<void> {
  for (const client of live(world)) client.say(WORD);
  for (const vp of world.vps) for (const tail of vp.channels.values()) vp.say(tail, WORD);
  await world.until(
    () => {
      dialAll(world); // crossings cost a connection
      for (const vp of world.vps) sayFirst(vp);
      return missing(world) === undefined;
    },
    () => missing(world) ?? '',
  );
}

/** On channels that have come since, too: by what it says a client knows its channel. */
function sayFirst(vp: Scamper<Client>): void {
  for (const tail of vp.channels.values()) if (tail.down.sent === 0) vp.say(tail, WORD);
}

/** What is not there yet. */
function missing(world: World): string | undefined {
  if (world.vps.some(({ phase, isQuiet }) => phase !== 'on' || !isQuiet)) return 'all VPs to be quiet';
  const held = world.life.controller.instances.find((instance) => instance.figures().held > 0);
  if (held !== undefined) return `nothing to be held for ${held.name}`;
  for (const client of live(world)) {
    const lack = lackOf(client);
    if (lack !== undefined) return lack;
  }
  return undefined;
}

function lackOf({ name, tail, up, inbox, state }: Client): string | undefined {
  if (tail === undefined) return up.sent === 0 && inbox.got === 0 ? undefined : `${name} to be known`;
  if (state === 'open' && tail.finReceived) return `${name} to end, as ${tail.name} was finished`;
  const finReceived = state !== 'finished' || tail.finReceived || tail.finished;
  if (!finReceived) return `${tail.name} to be finished`;
  if (inbox.got < tail.down.sent) return `${name} to have ${tail.down.sent} octets, not ${inbox.got}`;
  if (tail.inbox.got < up.sent && !tail.finished)
    return `${tail.name} to have ${up.sent} octets, not ${tail.inbox.got}`;
  return undefined;
}

/** Clients say no more, scampers answer, and nobody is left: orphans have said a word, and are finished for that. */
async function everybodyLeaves(world: World): Promise<void> {
  for (const mux of world.muxes.values()) mux.finish();
  for (const client of world.clients.values()) client.finish();
  await world.pass(ORPHANS_WAIT);
  await world.until(
    () => {
      dialAll(world);
      for (const vp of world.vps) finishAnswered(vp);
      return left(world) === undefined;
    },
    () => left(world) ?? '',
  );
}

function finishAnswered(vp: Scamper<Client>): void {
  if (vp.phase !== 'on') return;
  for (const tail of vp.channels.values()) if (tail.finReceived) vp.finish(tail);
}

function left(world: World): string | undefined {
  const client = live(world)[0];
  if (client !== undefined) return `${client.name} to end`;
  for (const mux of world.muxes.values()) if (mux.state !== 'over') return `mux ${mux.id} to end`;
  for (const vp of world.vps) {
    for (const tail of vp.channels.values()) return `${tail.name} to be finished`;
    if (vp.phase !== 'on' || !vp.isQuiet) return `${vp.name} to be quiet`;
  }
  const channel = world.life.controller.instances.flatMap((instance) => instance.channels())[0];
  return channel === undefined ? undefined : `channel ${channel.id} of ${channel.instance.name} to be released`;
}

/** As many clients as are allowed are let in, all at a time. */
async function letAllIn(world: World): Promise<void> {
  const { channels = Infinity } = world.setting.limits;
  if (channels > PROBED) return;
  let id = 1_000_000;
  for (const { vp, name } of world.vps) {
    const instance = world.life.doors.get(name);
    for (let count = 0; instance !== undefined && count < channels; count++) {
      const client = world.join(++id, instance, vp, FREE);
      must(client.ending === undefined, () => `one of ${channels} clients was not let in: ${String(client.ending)}`);
    }
  }
  await sayTheRest(world);
  await everybodyLeaves(world);
}

/** The scampers end; when their time is up nobody knows of them, and the controller stops. */
async function forgetAll(world: World): Promise<void> {
  for (const vp of world.vps) world.quit(vp);
  const { controller } = world.life;
  await world.until(
    () => controller.instances.every(({ state }) => state !== 'connected'),
    () => 'all VPs to be lost',
  );
  await world.pass(1_000 * (world.setting.zombie + 2));
  must(controller.instances.length === 0, () => `${String(controller.instances[0]?.name)} is not gone`);
  await world.stop();
}
