// @ts-check
import { isInRange, parseAddress } from './range.js';
import { fitsWildcard } from './wildcard.js';

/** @import { AuthenticationRequest, Peer } from 'sc-remoted/plugin-sdk' */
/** @import { Range } from './range.js' */

/**
 * One line of the list. Every condition that is there must hold.
 * @typedef {object} Entry
 * @property {number} line its number, from 1
 * @property {readonly string[]} [name] patterns; one must fit
 * @property {readonly Range[]} [address] one must hold the address
 * @property {readonly string[]} [fingerprint] `AB:CD:…`; one must be the certificate's
 */

/**
 * The number of the first line that lets this scamper in.
 * @param {readonly Entry[]} entries
 * @param {AuthenticationRequest} request
 * @returns {number | undefined}
 */
export function lineFor(entries, { monitorName, peer, tls }) {
  const address = addressOf(peer);
  const fingerprint = tls?.authorized === true ? tls.fingerprint256 : undefined;
  const fits = (/** @type {Entry} */ entry) =>
    holds(entry.name, monitorName, fitsWildcard) &&
    holds(entry.address, address, isInRange) &&
    holds(entry.fingerprint, fingerprint, (wanted, shown) => wanted === shown);
  return entries.find(fits)?.line;
}

/**
 * A condition that is there asks for something to be known, and to fit.
 * @template Wanted, Known
 * @param {readonly Wanted[] | undefined} condition
 * @param {Known | undefined} known
 * @param {(wanted: Wanted, known: Known) => boolean} fits
 */
function holds(condition, known, fits) {
  if (condition === undefined) return true;
  return known !== undefined && condition.some((wanted) => fits(wanted, known));
}

/**
 * Transports without IP addresses give a label instead.
 * @param {Peer} peer
 */
function addressOf(peer) {
  return peer.kind === 'ip' ? parseAddress(peer.address) : undefined;
}

/**
 * What is known of a scamper, for people.
 * @param {AuthenticationRequest} request
 */
export function describe({ monitorName, peer, tls }) {
  const name = monitorName === undefined ? 'no name' : `name ${monitorName}`;
  const from = peer.kind === 'ip' ? `address ${peer.address}` : 'no address';
  const fingerprint = tls?.authorized === true ? tls.fingerprint256 : undefined;
  return `${name}, ${from}, ${fingerprint === undefined ? 'no certificate' : `certificate ${fingerprint}`}`;
}
