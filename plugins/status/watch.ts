import { type PluginController, metadata } from '../../plugin-sdk/index.js';
import type { Events } from './events.js';
import { clientRefused, connectionRefused, reloadTold, vpTurned } from './happenings.js';
import type { Live } from './http/live.js';
import type { Snapshot } from './snapshot.js';
import type { Totals } from './totals.js';
import type { Memory } from './vps/memory.js';
import { type Roll, keyOf } from './vps/roll.js';

/** All that keeps what happened. */
export interface Keepers {
  readonly roll: Roll;
  readonly totals: Totals;
  readonly events: Events;
  readonly snapshot: Snapshot;
  readonly memory: Memory;
  readonly live: Live;
}

/** VPs whose time is up are forgotten so often, in milliseconds. */
const PRUNE_EVERY = 3_600_000;

/** Has all keep up with what happens. @param keepFor how long a lost VP is remembered, in milliseconds */
export function watch(controller: PluginController<never>, keepers: Keepers, keepFor: () => number): void {
  watchVps(controller, keepers);
  watchOthers(controller, keepers);
  watchMetadata(controller, keepers);
  const { roll, memory, live } = keepers;
  const prune = (): void => {
    for (const key of roll.prune(controller.clock.date().getTime() - keepFor())) {
      memory.forget(key);
      live.touch(key);
    }
  };
  controller.hooks.start.tap(() => {
    prune();
    const pruning = controller.clock.every(PRUNE_EVERY, prune);
    return () => pruning.cancel();
  });
}

function watchVps(controller: PluginController<never>, { roll, totals, events, memory, live }: Keepers): void {
  controller.observe('changed', (change) => {
    totals.changed(change);
    live.touch(keyOf(change.instance));
    const turned = roll.changed(change);
    if (turned === undefined) return;
    memory.note(turned);
    events.add(vpTurned(turned, change), change.at);
  });
  controller.observe('attached', ({ instance }) => live.touch(keyOf(instance)));
  controller.observe('gone', (departure) => {
    totals.departed(departure);
    live.touch(keyOf(departure.channel.instance));
  });
}

function watchOthers(controller: PluginController<never>, { events, snapshot }: Keepers): void {
  controller.observe('refused', (refused) => events.add(connectionRefused(refused), refused.at));
  controller.observe('clientRefused', (refused) => events.add(clientRefused(refused), refused.at));
  controller.observe('reloaded', (reloading) => {
    snapshot.reloaded(reloading);
    events.add(reloadTold(reloading), reloading.at);
  });
}

function watchMetadata(controller: PluginController<never>, { roll, live }: Keepers): void {
  const name = (): void => {
    const touched = roll.name(controller.use(metadata)?.names() ?? []);
    for (const key of touched) live.touch(key);
  };
  controller.hooks.start.tap(name);
  controller.watch(metadata, () => {
    name();
    for (const { key } of roll.all()) live.touch(key);
  });
}
