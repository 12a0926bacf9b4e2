import { Socket } from 'node:net';

/*
 * All that the core and the SDK take of Node without Node documenting it. Nothing of it is touched elsewhere, and what
 * this Node has is asked once.
 */

/** How sockets are read: all into one buffer, or, where this Node has not what that takes, by events that bring fresh memory. */
export type Reading = 'shared buffer' | 'events';

/** Under which symbols a socket keeps the buffer that it is read into, who is told of it, and who makes the next one. */
interface Slots {
  readonly buffer: symbol;
  readonly callback: symbol;
  readonly next: symbol;
}

/** A socket's handle that can read into a given buffer. */
interface ReadingHandle {
  useUserBuffer(buffer: Buffer): void;
}

let asked: { readonly slots: Slots | undefined } | undefined;

function slots(): Slots | undefined {
  asked ??= { slots: probe() };
  return asked.slots;
}

/** The way in which this Node's sockets are read. */
export function reading(): Reading {
  return slots() === undefined ? 'events' : 'shared buffer';
}

/**
 * Node reads into a given buffer only for who makes the socket (option `onread`), and servers make theirs themselves. So
 * what that option does is done here to a socket that exists.
 * @param read is told how many octets were read
 * @returns false when this Node, or this socket, does it in another way
 */
export function readInto(socket: Socket, buffer: Buffer, read: (length: number) => void): boolean {
  const at = slots();
  const handle = handleOf(socket);
  if (at === undefined || !readsIntoBuffers(handle)) return false;
  Reflect.set(socket, at.buffer, buffer);
  Reflect.set(socket, at.next, null);
  Reflect.set(socket, at.callback, (length: number): boolean => {
    read(length);
    return true;
  });
  handle.useUserBuffer(buffer);
  return true;
}

/** The descriptor of a socket; undefined where it has none. */
export function descriptorOf(socket: Socket): number | undefined {
  const fd: unknown = Reflect.get(handleOf(socket) ?? {}, 'fd');
  return typeof fd === 'number' && Number.isInteger(fd) && fd >= 0 ? fd : undefined;
}

/** Looks at a socket that connects to nothing: it has a handle, but waits for an address that never comes. */
function probe(): Slots | undefined {
  const socket = new Socket().on('error', () => undefined);
  try {
    socket.connect({ host: 'nowhere.invalid', port: 1, lookup: () => undefined });
    return readsIntoBuffers(handleOf(socket)) ? slotsOf(socket) : undefined;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

function slotsOf(socket: Socket): Slots | undefined {
  const [buffer, callback, next] = ['kBuffer', 'kBufferCb', 'kBufferGen'].map((name) => slotOf(socket, name));
  if (buffer === undefined || callback === undefined || next === undefined) return undefined;
  return { buffer, callback, next };
}

/** The symbol of that name, where there is one and no other. */
function slotOf(socket: Socket, name: string): symbol | undefined {
  const [slot, ...others] = Object.getOwnPropertySymbols(socket).filter(({ description }) => description === name);
  return others.length === 0 ? slot : undefined;
}

function handleOf(socket: Socket): object | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  return typeof handle === 'object' && handle !== null ? handle : undefined;
}

function readsIntoBuffers(handle: object | undefined): handle is ReadingHandle {
  return handle !== undefined && typeof Reflect.get(handle, 'useUserBuffer') === 'function';
}
