import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import type { PeerCredentials } from '../core/contract/views.js';
import { descriptorOf } from '../core/streams/node-internals.js';

/** Reads who is at the other end of a local socket; undefined when that is not known for a fact. */
export type ReadCredentials = (client: Socket) => PeerCredentials | undefined;

type GetSockOpt = (fd: number, level: number, option: number, value: Buffer, length: [number]) => number;

/** What is used of the package koffi, which calls functions of the system's C library. */
interface Koffi {
  load(library: null): { func(prototype: string): unknown };
}

const SOL_SOCKET = 1;
/** The kernel's number for the option, where it is known; it differs between architectures. */
const SO_PEERCRED: Readonly<Record<string, number>> = {
  arm: 17,
  arm64: 17,
  ia32: 17,
  loong64: 17,
  ppc64: 21,
  riscv64: 17,
  s390x: 17,
  x64: 17,
};
/** Since Linux 4.13; the same number on all of these architectures. */
const SO_PEERGROUPS = 59;
const WORD = 4;
/** struct ucred: pid, uid, gid, 32 bits each. */
const UCRED_LENGTH = 3 * WORD;
/** Groups that there is room for at first. */
const USUAL_GROUPS = 32;
/** What the kernel gives for "none". */
const NOBODY = 0xffff_ffff;

const unknown: ReadCredentials = () => undefined;
let reader: Promise<ReadCredentials> | undefined;

/**
 * What reads the credentials of clients of local sockets: user, group and process that called connect(2), as the kernel
 * noted them then. Never a guess; undefined for a client means "not known", and a rule that needs to know must refuse.
 *
 * What is known where:
 * - Linux with the optional package `koffi` installed (`npm install koffi`; prebuilt, nothing is compiled): uid, gid and pid, by
 *   getsockopt(SO_PEERCRED), and the supplementary groups, by SO_PEERGROUPS. Node itself has no call for it.
 * - Linux without koffi, every other system, and architectures whose number of SO_PEERCRED is not listed here: nothing.
 * - In a user namespace that does not map every user (rootless containers): nothing for users it does not map, because the
 *   kernel shows them all as one.
 * - pid is 0 for a process that this process cannot see (another pid namespace). A pid is used again once its process
 *   has ended: it is for the log, not for decisions.
 * - gid is the process's effective group; groups are its supplementary ones, without those that the namespace does not map. A socket can be handed on to another process after connect(2); the
 *   credentials stay those of the one that connected.
 *
 * Where credentials are not known, the path of the socket and its file mode (plugin `access`) still tell who can have
 * connected: give each group of users sockets of their own.
 */
export function peerCredentials(): Promise<ReadCredentials> {
  reader ??= createReader(() => import('koffi'), process);
  return reader;
}

/** Whether the credentials of clients are known here at all. Where they are not, rules on users can only refuse. */
export async function knowsPeerCredentials(): Promise<boolean> {
  return (await peerCredentials()) !== unknown;
}

/** {@link peerCredentials} for any system; @param load brings koffi, or rejects where it is not installed */
export async function createReader(
  load: () => Promise<{ readonly default: Koffi }>,
  { platform, arch }: { readonly platform: string; readonly arch: string },
): Promise<ReadCredentials> {
  const option = platform === 'linux' ? SO_PEERCRED[arch] : undefined;
  if (option === undefined) return unknown;
  try {
    const { default: koffi } = await load();
    const prototype = 'int getsockopt(int fd, int level, int option, _Out_ void *value, _Inout_ uint32_t *length)';
    const getsockopt = koffi.load(null).func(prototype) as GetSockOpt;
    const unmapped = unmappedIds();
    return (client) => read(getsockopt, option, unmapped, client);
  } catch {
    return unknown; // not installed, or not made for this system
  }
}

function read(
  getsockopt: GetSockOpt,
  option: number,
  unmapped: ReadonlySet<number>,
  client: Socket,
): PeerCredentials | undefined {
  const fd = descriptorOf(client);
  if (fd === undefined) return undefined;
  const value = Buffer.alloc(UCRED_LENGTH, 0xff);
  const length: [number] = [UCRED_LENGTH];
  if (getsockopt(fd, SOL_SOCKET, option, value, length) !== 0 || length[0] !== UCRED_LENGTH) return undefined;
  const [pid, uid, gid] = [word(value, 0), word(value, WORD), word(value, 2 * WORD)];
  if ([pid, uid, gid].includes(NOBODY) || unmapped.has(uid) || unmapped.has(gid)) return undefined;
  const groups = readGroups(getsockopt, fd)?.filter((group) => !unmapped.has(group));
  return { uid, gid, pid, groups };
}

/** The kernel tells how much room it takes where it is too little. */
function readGroups(getsockopt: GetSockOpt, fd: number, room = USUAL_GROUPS * WORD): number[] | undefined {
  const value = Buffer.alloc(room);
  const length: [number] = [room];
  const isRead = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, value, length) === 0;
  const [needed] = length;
  if (isRead) return Array.from({ length: needed / WORD }, (_, index) => word(value, index * WORD));
  return needed > room ? readGroups(getsockopt, fd, needed) : undefined;
}

/** The numbers that stand for users and groups without one here; none where every one is mapped. */
function unmappedIds(): ReadonlySet<number> {
  const files = ['/proc/self/uid_map', '/proc/self/gid_map'].map((file) => readFileSync(file, 'latin1'));
  if (files.every((map) => /^\s*0\s+0\s+4294967295\s*$/.test(map))) return new Set();
  return new Set(['uid', 'gid'].map((id) => Number(readFileSync(`/proc/sys/kernel/overflow${id}`, 'latin1'))));
}

function word(value: Buffer, at: number): number {
  return endianness() === 'LE' ? value.readUInt32LE(at) : value.readUInt32BE(at);
}
