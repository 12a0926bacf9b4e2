/** Something that must not happen has happened. */
export class Fault extends Error {
  override readonly name = 'Fault';
}

/** @throws Fault unless it is so */
export function must(isSo: boolean, otherwise: () => string): void {
  if (!isSo) throw new Fault(otherwise());
}
