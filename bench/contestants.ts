import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Case } from './cases.js';
import type { Contestant } from './contestant.js';
import { cController, isNative, onPath } from './native.js';
import { direct, nodePipe, socat } from './relays.js';
import { scRemoted } from './sc-remoted.js';

/** A controller to compare with: a program, or the dist/cli/main.js of another build of sc-remoted. */
function other(path: string): Contestant {
  const file = resolve(path);
  if (!existsSync(file)) throw new Error(`${path} does not exist`);
  return isNative(file) ? cController(file, path) : { ...scRemoted('ours', file, path), kind: 'peer' };
}

/** Everybody who may take part. */
export function contestants(main: string, against: readonly string[], peers: boolean): Contestant[] {
  const found = peers ? onPath('sc_remoted', isNative) : undefined;
  const relay = onPath('socat');
  return [
    scRemoted('ours', main),
    scRemoted('bare', main),
    scRemoted('observer', main),
    scRemoted('sockets', main),
    ...(found === undefined ? [] : [cController(found, 'sc_remoted (C)')]),
    ...against.map(other),
    ...(relay === undefined ? [] : [socat(relay)]),
    nodePipe,
    direct,
  ];
}

function has(one: Contestant, load: Case['load']): boolean {
  return (load.tls !== true || one.tls) && (load.mux !== true || one.mux);
}

/** Those who take part in a case, the one that is compared with the others first. */
export function takingPart(all: readonly Contestant[], { kinds, load }: Case): Contestant[] {
  return kinds.flatMap((kind) => all.filter((one) => one.kind === kind && has(one, load)));
}
