/** A relay without a protocol, as simple as Node can have it: one connection to a local socket, one pipe each way. */
import { readFileSync } from 'node:fs';
import { type Socket, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

const [port = '', path = '', certFile, keyFile] = process.argv.slice(2);

function serve(remote: Socket): void {
  const local = createServer({ allowHalfOpen: true }, (client) => {
    remote.pipe(client);
    client.pipe(remote);
    client.on('error', () => remote.destroy());
  });
  remote.on('error', () => local.close());
  local.listen(path);
}

const server =
  certFile === undefined || keyFile === undefined
    ? createServer({ noDelay: true }, serve)
    : createTlsServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, serve);
server.listen(Number(port), '127.0.0.1');
