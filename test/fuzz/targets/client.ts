import { isDeepStrictEqual } from 'node:util';
import { AnswerReader } from '../../../client/channel/answers.js';
import { Dialogue } from '../../../client/channel/dialogue.js';
import { uudecode } from '../../../client/channel/uudecode.js';
import { ClientError } from '../../../client/errors.js';
import { Gauge, Share } from '../../../client/gauge.js';
import { FrameReader } from '../../../client/mux/frames.js';
import { readMessage } from '../../../client/mux/messages.js';
import { Roster } from '../../../client/mux/roster.js';
import { WartsFrame } from '../../../client/warts/frame.js';
import { WartsJoin } from '../../../client/warts/join.js';
import { recordsIn } from '../../../client/warts/records.js';
import {
  attribute,
  channelClose,
  channelReason,
  go,
  vpAway,
  vpBack,
  vpDepart,
  vpUpdate,
} from '../../../plugins/mux/wire/messages.js';
import { type Seeds, torn } from '../support/mutate.js';
import { allowing, each, holds } from '../support/target.js';

/** Only these may be thrown because of what the other side says. */
function breaks(...codes: readonly string[]): (failure: unknown) => boolean {
  return (failure) => failure instanceof ClientError && codes.includes(failure.code);
}

const facts = Buffer.concat([
  attribute(1, 'vp-1'),
  attribute(2, '1767225600.000000'),
  attribute(3, '192.0.2.1'),
  attribute(4, '64500'),
  attribute(8, '52.37,4.90'),
  attribute(10, 'wifi'),
]);

const told: Seeds = [
  vpUpdate(1, facts),
  Buffer.concat([vpUpdate(1, facts), go(), vpAway(1, attribute(0x8000, '1767225601.5')), go(), vpBack(1), vpDepart(1)]),
  Buffer.concat([go(), channelReason(1, 'SCR_INSTANCE_GONE: gone'), channelClose(1)]),
];

/** What a client makes of a controller's frames, and where it gives up. */
function rosterAfter(pieces: readonly Buffer[]): unknown {
  const reader = new FrameReader();
  const roster = new Roster();
  let octets = 0;
  const sink = {
    control: (payload: Buffer): void => roster.hear(readMessage(payload)),
    data: (_channel: number, piece: Buffer): void => void (octets += piece.length),
  };
  const isWhole = allowing(breaks('SCR_MUX_BROKEN'), () => pieces.map((piece) => reader.push(piece, sink)));
  const vps = roster.all().map(({ since: _time, ...vp }) => vp);
  return isWhole === undefined ? vps : [octets, vps];
}

/** What a controller says to a client of its mux. */
export const muxClient = each('mux-client', false, told, (bytes) => {
  holds(isDeepStrictEqual(rosterAfter([bytes]), rosterAfter(torn(bytes))), 'other reads, other VPs');
});

const record = Buffer.from('12050006000000040001000012050007000000020000', 'hex');
const list = Buffer.from('12050001000000080000000100000000', 'hex');
const cycle = Buffer.from(
  '1205000200000008000000010000000112050004000000040000000112050006000000080300080000000001',
  'hex',
);

const uuencoded = '$$$@`&``\n`\n';
const said: Seeds = [
  Buffer.from(`MORE\nOK id-1\nMORE\nDATA ${uuencoded.length} id-1\n${uuencoded}MORE\nOK\n`),
  Buffer.from(`MORE\nOK id-1\nERR command not accepted\nDATA ${uuencoded.length} id-1 inprog\n${uuencoded}`),
  Buffer.from(`OK halted 1\nDATA ${uuencoded.length}\n${uuencoded}MORE\nMORE\nMORE\n`),
  Buffer.from('DATA 33554432 id-1\nxxx'),
];

function answersIn(pieces: readonly Buffer[]): unknown {
  const reader = new AnswerReader();
  const found: unknown[] = [];
  const isWhole = allowing(breaks('SCR_ANSWER_BROKEN'), () =>
    pieces.map((piece) => reader.push(piece, (answer) => void found.push(answer))),
  );
  return [isWhole === undefined, found];
}

/** What a scamper says to a client. */
export const answers = each('answers', false, said, (bytes) => {
  holds(isDeepStrictEqual(answersIn([bytes]), answersIn(torn(bytes))), 'other reads, other answers');
});

/** A channel of a client, with measurements under way. */
export const dialogue = each('dialogue', false, said, (bytes) => {
  let waiting = 0;
  const gauge = new Gauge(1_024, () => undefined);
  const share = new Share(gauge);
  const channel = new Dialogue('vp', { share, write: () => void waiting++, leave: () => undefined }, { exact: false });
  for (const command of ['ping 192.0.2.1', 'trace 192.0.2.2', 'ping 192.0.2.3']) channel.run(command);
  channel.finish().catch(() => undefined);
  for (const piece of torn(bytes)) channel.receive(piece);
  channel.ended('over');
  channel.close();
  holds(waiting < 2 * bytes.length + 16, 'more is asked than was answered');
});

/** Uuencoded text, and the records of warts. */
export const warts = each('warts', false, [record, Buffer.concat([list, cycle]), Buffer.from(uuencoded)], (bytes) => {
  allowing(breaks('SCR_ANSWER_BROKEN'), () => uudecode(bytes));
  const frame = new WartsFrame();
  allowing(breaks('SCR_WARTS_BROKEN'), () => frame.resultsIn(bytes));
  const join = new WartsJoin();
  allowing(breaks('SCR_WARTS_BROKEN'), () => join.add({ header: Buffer.alloc(0) }, bytes));
  const records = allowing(breaks('SCR_WARTS_BROKEN'), () => recordsIn(bytes));
  holds(records === undefined || Buffer.concat(records).equals(bytes), 'octets between records');
});
