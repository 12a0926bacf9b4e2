import { fileURLToPath } from 'node:url';
import type { Contestant } from './contestant.js';

/** The physical limit: bytes from a TCP connection to a local socket and back, without a protocol. */
export function socat(path: string): Contestant {
  return {
    kind: 'pipe',
    label: 'socat',
    detail: `${path} -b 65536`,
    tls: true,
    mux: false,
    tellsHeap: false,
    command({ port, pipePath, certificate }) {
      const common = `${port},bind=127.0.0.1,reuseaddr`;
      const listen =
        certificate === undefined
          ? `TCP4-LISTEN:${common},nodelay`
          : `OPENSSL-LISTEN:${common},cert=${certificate.certFile},key=${certificate.keyFile},verify=0`;
      return { program: path, args: ['-b', '65536', listen, `UNIX-LISTEN:${pipePath}`] };
    },
  };
}

/** The same in Node. */
export const nodePipe: Contestant = {
  kind: 'pipe',
  label: 'Node pipe',
  detail: 'stream.pipe() of Node, both ways',
  tls: true,
  mux: false,
  tellsHeap: false,
  command({ port, pipePath, certificate }) {
    const tls = certificate === undefined ? [] : [certificate.certFile, certificate.keyFile];
    return {
      program: process.execPath,
      args: [fileURLToPath(new URL('pipe.js', import.meta.url)), String(port), pipePath, ...tls],
    };
  },
};

/** No controller at all. */
export const direct: Contestant = {
  kind: 'direct',
  label: 'scamper itself',
  detail: 'sc_attach on the local socket of scamper, no controller',
  tls: false,
  mux: false,
  tellsHeap: false,
  command: ({ pipePath }) => ({ program: 'scamper', args: ['-p', '10000', '-U', pipePath] }),
};
