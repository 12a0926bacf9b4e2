import { rooms } from '../../../scripts/lint/rooms.js';
import { type Parts, table } from '../support/generate.js';

const names = Object.keys(rooms);
const importsOf = (room: string): readonly string[] => rooms[room]?.imports ?? [];

/** What most rooms stand on: arrows to it would hide all others. */
const ground = names.filter(
  (room) => names.filter((other) => importsOf(other).includes(room)).length > names.length / 2,
);

/** The arrows that are drawn: those that no longer way makes superfluous. */
function next(room: string): string[] {
  const direct = importsOf(room).filter((other) => ground.includes(room) || !ground.includes(other));
  return direct.filter((other) => !direct.some((via) => importsOf(via).includes(other)));
}

/** A room and all that hangs on it, a line each. */
function* branch(room: string, own = '', below = ''): Generator<[drawn: string, is: string]> {
  yield [own + room, rooms[room]?.is ?? ''];
  const hanging = next(room);
  for (const [index, other] of hanging.entries()) {
    const last = index === hanging.length - 1;
    yield* branch(other, `${below}${last ? '└─► ' : '├─► '}`, `${below}${last ? '    ' : '│   '}`);
  }
}

function drawing(): string {
  const onTop = (room: string): boolean => !names.some((other) => next(other).includes(room));
  const lines = names.filter(onTop).map((room) => [...branch(room)]);
  const width = Math.max(...lines.flat().map(([drawn]) => drawn.length));
  const blocks = lines.map((tree) => tree.map(([drawn, is]) => `${drawn.padEnd(width)}   ${is}`).join('\n'));
  return ['```', blocks.join('\n\n'), '```'].join('\n');
}

function arrows(): string {
  const rows = names.map((room) => [
    `\`${room}\``,
    importsOf(room)
      .map((other) => `\`${other}\``)
      .join(', ') || 'nothing of ours',
  ]);
  return table(['Room', 'Imports'], rows);
}

/** docs/architecture.md: the rooms of the core and the arrows between them, from the table that lint holds them to. */
export const roomParts = (): Parts =>
  new Map([
    ['rooms', drawing()],
    ['arrows', arrows()],
  ]);
