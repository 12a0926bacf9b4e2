import { Duplex } from 'node:stream';

/** The same connection over a long way. @param delay of one direction, in milliseconds */
export function farAway(near, delay) {
  const later = (pass) => void setTimeout(pass, delay).unref();
  const far = new Duplex({
    read: () => undefined,
    write(chunk, _encoding, done) {
      later(() => near.destroyed || near.write(chunk));
      done();
    },
    destroy(failure, done) {
      near.destroy();
      done(failure);
    },
  });
  near.on('data', (chunk) => later(() => far.destroyed || far.push(chunk)));
  near.once('close', () => far.destroy());
  return far;
}
