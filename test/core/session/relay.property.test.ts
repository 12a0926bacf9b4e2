import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ModelWorld } from '../support/model-world.js';

const index = fc.nat(4);
const text = fc.string({ minLength: 1, maxLength: 12, unit: 'binary-ascii' });
const share = fc.double({ min: 0, max: 1, noNaN: true });

/** One thing that happens. */
type Happening = (world: ModelWorld) => void;

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Happening>((world) => world.open()) },
  {
    weight: 6,
    arbitrary: fc.tuple(index, text).map(
      ([at, said]): Happening =>
        (world) =>
          world.clientSends(at, said),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(index, text).map(
      ([at, said]): Happening =>
        (world) =>
          world.peerSends(at, said),
    ),
  },
  {
    weight: 1,
    arbitrary: index.map(
      (at): Happening =>
        (world) =>
          world.clientFinishes(at),
    ),
  },
  {
    weight: 1,
    arbitrary: index.map(
      (at): Happening =>
        (world) =>
          world.peerFinishes(at),
    ),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(share, share).map(
      ([here, there]): Happening =>
        (world) =>
          world.carry(here, there),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Happening>((world) => world.cut()) },
  { weight: 2, arbitrary: fc.constant<Happening>((world) => world.resume()) },
);

test.each([
  ['what a peer said before it dropped the connection arrives', true],
  ['what a peer said before it dropped the connection is lost', false],
])(
  'where %s: every byte arrives exactly once and in order, both ways, however often the connection is cut',
  (_what, lastWords) => {
    const origin = fc.constantFrom(0, 0xfffffffa);
    fc.assert(
      fc.property(origin, fc.array(happening, { maxLength: 80, size: 'max' }), (from, happenings) => {
        const world = new ModelWorld(from, lastWords);
        world.open();
        for (const happen of happenings) happen(world);
        world.finish();

        for (const { channel, sink, sent, finished } of world.clients) {
          const known = world.peer.channels.get(channel);
          expect(sink.text).toBe(known?.sent);
          expect(sink.ended).toBe(known?.finished);
          if (known?.finished === true) {
            expect(sent.startsWith(known.received)).toBe(true);
          } else {
            expect(known?.received).toBe(sent);
            expect(known?.finReceived).toBe(finished);
          }
        }
        const open = [...world.peer.channels.values()].filter((known) => !known.finished);
        expect(world.session.channelCount).toBe(open.length);
        expect([world.session.heldBytes, world.peer.heldCount]).toEqual([0, 0]);
        // Channels for nobody are closed again.
        const nobodys = [...world.peer.channels].filter(
          ([channel]) => !world.clients.some((client) => client.channel === channel),
        );
        expect(nobodys.every(([, known]) => known.finReceived && known.received === '')).toBe(true);
      }),
      { numRuns: 300 },
    );
  },
);
