import { readFileSync } from 'node:fs';
import { connect, connectInstance } from '../../../../client/index.js';

const pem = (file: string): string => readFileSync(file, 'utf8');

export const local = () => connect({ path: '/run/sc-remoted/mux' });

export const overTls = () =>
  connect({
    host: 'controller.example.org',
    port: 31338,
    tls: { ca: pem('fleet-ca.pem'), cert: pem('me.pem'), key: pem('me.key') },
  });

export const single = () => connectInstance('scamper-remote-sockets/ams-nl-192.0.2.1:41000');
