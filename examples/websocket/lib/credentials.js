// @ts-check
import { X509Certificate, constants, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ScrError } from 'sc-remoted/plugin-sdk';
import { errors } from './errors.js';

/** @import { TLSSocket } from 'node:tls' */
/** @import { TlsIdentity } from 'sc-remoted/plugin-sdk' */
/** @typedef {{ readonly cert?: string | undefined, readonly key?: string | undefined, readonly ca?: string | undefined }} TlsFiles */

/**
 * Reads the PEM files. They are checked here, because Node would take some that cannot work and fail at each connection.
 * @param {TlsFiles} files absolute paths
 * @returns {Promise<import('node:tls').SecureContextOptions | undefined>} undefined without TLS
 * @throws {ScrError} SCR_WEBSOCKET_FILE, SCR_WEBSOCKET_TLS
 */
export async function loadCredentials({ cert, key, ca }) {
  if (cert === undefined || key === undefined) return undefined;
  const loaded = {
    cert: await read(cert),
    key: await read(key),
    ...(ca !== undefined && { ca: certificatesIn(ca, await read(ca)) }),
  };
  try {
    const pair = new X509Certificate(loaded.cert).checkPrivateKey(createPrivateKey(loaded.key));
    if (!pair) throw new Error('the key is not the one of the certificate');
  } catch (cause) {
    throw new ScrError(errors.SCR_WEBSOCKET_TLS, `${cert}, ${key}`, { cause });
  }
  // Every connection proves anew who it is.
  return { ...loaded, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET };
}

/** @param {string} path */
async function read(path) {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ScrError(errors.SCR_WEBSOCKET_FILE, path, { cause });
  }
}

/**
 * @param {string} path
 * @param {string} pem
 */
function certificatesIn(path, pem) {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    if (blocks.length === 0) throw new Error('there is no certificate in it');
    return blocks.map((block) => new X509Certificate(block).toString());
  } catch (cause) {
    throw new ScrError(errors.SCR_WEBSOCKET_TLS, path, { cause });
  }
}

/**
 * @param {TLSSocket} socket
 * @returns {TlsIdentity}
 */
export function identityOf(socket) {
  const certificate = socket.getPeerX509Certificate();
  return {
    authorized: certificate !== undefined && socket.authorized,
    names: certificate === undefined ? [] : namesIn(certificate),
    fingerprint256: certificate?.fingerprint256,
    protocol: socket.getProtocol() ?? 'unknown',
  };
}

/**
 * The DNS subjectAltNames; the CN only where there is none. Node quotes names that hold what no host name can.
 * @param {X509Certificate} certificate
 */
function namesIn({ subjectAltName, subject }) {
  const alternatives = valuesOf('DNS:', (subjectAltName ?? '').split(', '));
  const names = alternatives.length > 0 ? alternatives : valuesOf('CN=', subject.split('\n'));
  return names.filter((name) => !name.startsWith('"'));
}

/**
 * @param {string} kind
 * @param {string[]} entries
 */
function valuesOf(kind, entries) {
  return entries.filter((entry) => entry.startsWith(kind)).map((entry) => entry.slice(kind.length));
}

/**
 * Whether a certificate was made out for a monitor name; compared as DNS does, without regard to case.
 * @param {TlsIdentity} identity
 * @param {string | undefined} monitorName
 */
export function isNamed({ names }, monitorName) {
  const wanted = monitorName?.toLowerCase();
  return names.some((name) => name.toLowerCase() === wanted);
}
