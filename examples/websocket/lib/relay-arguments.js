// @ts-check
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseEndpoint } from './address.js';

/** @import { RelayOptions } from './relay.js' */

export const usage = `usage: scamper-websocket-relay URL [--listen [ip:]port] [--ca file] [--cert file --key file]
                               [--header-file file] [--proxy URL]

Lets scamper reach a controller over WebSocket. Then run: scamper -R 127.0.0.1:31337

  URL                   ws://host[:port]/path or wss://host[:port]/path
  --listen [ip:]port    where scamper connects to (default: 127.0.0.1:31337)
  --ca file             PEM: who signed the controller's certificate (default: the usual authorities)
  --cert file           PEM: client certificate with its chain
  --key file            PEM: its private key
  --header-file file    headers to send, such as a token for a proxy: one 'Name: value' a line
  --proxy URL           HTTP proxy on the way out: http://proxy:3128
  --help                print this and exit
  --version             print the version and exit
`;

const options = /** @type {const} */ ({
  listen: { type: 'string', default: '127.0.0.1:31337' },
  ca: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  'header-file': { type: 'string' },
  proxy: { type: 'string' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
});

/**
 * @param {readonly string[]} argv
 * @returns {Omit<RelayOptions, 'log'> | 'help' | 'version'}
 * @throws {Error} a mistake, in one line
 */
export function parseRelayArguments(argv) {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (values.help === true) return 'help';
  if (values.version === true) return 'version';
  const [target, ...more] = positionals;
  if (target === undefined || more.length > 0) throw new Error('give one URL to connect to');
  if ((values.cert === undefined) !== (values.key === undefined)) throw new Error('--cert and --key go together');
  const { ca, cert, key } = values;
  return {
    url: parseUrl(target, ['ws:', 'wss:']),
    endpoint: endpointOf(values.listen),
    ...(values.proxy !== undefined && { proxy: parseUrl(values.proxy, ['http:', 'https:']) }),
    headers: values['header-file'] === undefined ? {} : headersIn(read(values['header-file'])),
    tls: {
      ...(ca !== undefined && { ca: read(ca) }),
      ...(cert !== undefined && key !== undefined && { cert: read(cert), key: read(key) }),
    },
  };
}

/** @param {string} text */
function endpointOf(text) {
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) throw new Error(`--listen ${text}: write port, ip:port or [ip6]:port`);
  return { host: endpoint.host ?? '127.0.0.1', port: endpoint.port };
}

/**
 * @param {string} text
 * @param {readonly string[]} protocols
 */
function parseUrl(text, protocols) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && protocols.includes(url.protocol) && url.hash === '') return url.href;
  throw new Error(`${text}: write a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (failure) {
    throw new Error(`${path} cannot be read: ${/** @type {Error} */ (failure).message}`);
  }
}

/**
 * @param {string} text
 * @returns {Record<string, string>}
 */
function headersIn(text) {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line, index) => {
      const [, name, value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*?)\s*$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`header ${index + 1} of the file is not 'Name: value'`);
      return [name, value];
    }),
  );
}
