#!/usr/bin/env node
// @ts-check
import { readFileSync } from 'node:fs';
import { parseRelayArguments, usage } from '../lib/relay-arguments.js';
import { Relay } from '../lib/relay.js';

/** How long connections may take to end after a signal, in milliseconds. */
const GRACE = 5_000;

/** @param {string} message */
function log(message) {
  process.stderr.write(`scamper-websocket-relay: ${message}\n`);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  log(message);
  process.exit(1);
}

function parse() {
  try {
    return parseRelayArguments(process.argv.slice(2));
  } catch (mistake) {
    fail(`${/** @type {Error} */ (mistake).message}\n${usage.split('\n\n', 1)[0]}`);
  }
}

const parsed = parse();
if (parsed === 'help') {
  process.stdout.write(usage);
} else if (parsed === 'version') {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`${version}\n`);
} else {
  const relay = new Relay({ ...parsed, log });
  try {
    const { address, port } = await relay.open();
    log(`listening on ${address} port ${port} for ${parsed.url}`);
  } catch (failure) {
    fail(/** @type {Error} */ (failure).message);
  }
  const stop = () => {
    setTimeout(() => process.exit(0), GRACE).unref();
    void relay.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
}
