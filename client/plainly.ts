/** What OpenSSL says in codes, where it needs more than its own words. */
const WORDS: readonly (readonly [code: RegExp, words: string])[] = [
  [/CERTIFICATE_REQUIRED/, 'the controller asks for a client certificate (-c, -p)'],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/, 'what answers speaks no TLS'],
];

/** OpenSSL's own name of an alert: `tlsv1 alert internal error`. */
const ALERT = /^(?:tls|ssl)v\S+ alert /;

/** A failure of TLS in plain words and one line, without the codes and the places in OpenSSL's source. The original is its cause. */
export function plainly(failure: unknown): unknown {
  return failure instanceof Error ? new Error(wordsOf(failure), { cause: failure }) : failure;
}

function wordsOf(failure: Error): string {
  const code = textAt(failure, 'code');
  const known = WORDS.find(([pattern]) => pattern.test(code));
  const words = known?.[1] ?? (textAt(failure, 'reason') || failure.message);
  return words.replace(ALERT, 'the controller ended it: ').replace(/\s+/g, ' ').trim();
}

/** Node says of OpenSSL's failures what their parts are. */
function textAt(failure: Error, key: string): string {
  const text: unknown = Reflect.get(failure, key);
  return typeof text === 'string' ? text : '';
}
