// @ts-check

/**
 * @import { ChannelView, Clock, Command, CommandAnswer, CommandHandlers, CommandResult, Refusal } from 'sc-remoted/plugin-sdk'
 */

/** Characters of a command that are recorded. */
const LONGEST_COMMAND = 4_096;

/**
 * What happened on one channel so far.
 * @typedef {object} Client
 * @property {Readonly<Record<string, unknown>>} who
 * @property {number} since
 * @property {{ sent: number, accepted: number, rejected: number, refused: number, results: number, resultBytes: number }} counts
 */

/**
 * What is known of one command.
 * @typedef {object} Entry
 * @property {number} number within its client
 * @property {number} since
 * @property {number} results
 * @property {number} resultBytes
 */

/**
 * Follows the clients and their commands.
 * @param {Clock} clock
 * @param {(event: string, fields: Readonly<Record<string, unknown>>) => void} record
 * @returns {CommandHandlers}
 */
export function followClients(clock, record) {
  /** @type {Map<ChannelView, Client>} */
  const clients = new Map();
  /** @type {WeakMap<Command, Entry>} */
  const entries = new WeakMap();
  let lastClient = 0;

  /** @param {number} since */
  const secondsFrom = (since) => Math.round(clock.now() - since) / 1_000;

  /** @param {ChannelView} channel */
  function clientOf(channel) {
    const known = clients.get(channel);
    if (known !== undefined) return known;
    lastClient += 1;
    const client = {
      who: describe(lastClient, channel),
      since: clock.now(),
      counts: { sent: 0, accepted: 0, rejected: 0, refused: 0, results: 0, resultBytes: 0 },
    };
    clients.set(channel, client);
    return client;
  }

  /**
   * @param {Client} client
   * @param {Command} command
   */
  function begin(client, command) {
    const { sent, refused } = client.counts;
    const entry = { number: sent + refused, since: clock.now(), results: 0, resultBytes: 0 };
    entries.set(command, entry);
    return { ...client.who, number: entry.number, ...textOf(command) };
  }

  /** @param {Command} command */
  function sent(command) {
    const client = clientOf(command.channel);
    client.counts.sent += 1;
    record('command.sent', begin(client, command));
  }

  /**
   * @param {Command} command
   * @param {Refusal} refusal
   */
  function refused(command, { plugin, reason }) {
    const client = clientOf(command.channel);
    client.counts.refused += 1;
    record('command.refused', { ...begin(client, command), by: plugin, reason });
  }

  /**
   * @param {Command} command
   * @param {CommandAnswer} answer
   */
  function answered(command, answer) {
    const { who, counts } = clientOf(command.channel);
    const number = entries.get(command)?.number;
    if (answer.type === 'err') {
      counts.rejected += 1;
      record('command.rejected', { ...who, number, error: answer.text });
    } else {
      counts.accepted += 1;
      record('command.accepted', { ...who, number, task: answer.id });
    }
  }

  /** @param {CommandResult} result */
  function result({ channel, command, id, length, inProgress }) {
    const { who, counts } = clientOf(channel);
    counts.results += 1;
    counts.resultBytes += length;
    const entry = command === undefined ? undefined : entries.get(command);
    if (entry === undefined) return; // an old scamper: only the sums are known
    entry.results += 1;
    entry.resultBytes += length;
    if (inProgress) return;
    const { number, results, resultBytes, since } = entry;
    record('command.finished', { ...who, number, task: id, results, resultBytes, seconds: secondsFrom(since) });
  }

  /** @param {ChannelView} channel */
  function detached(channel) {
    const { who, counts, since } = clientOf(channel);
    clients.delete(channel);
    record('client.detached', { ...who, ...counts, seconds: secondsFrom(since) });
  }

  return {
    attached: (channel) => record('client.attached', clientOf(channel).who),
    passed: sent,
    refused,
    answered,
    result,
    detached,
  };
}

/**
 * Who a client is and where. What is not known is left out.
 * @param {number} client
 * @param {ChannelView} channel
 */
function describe(client, { id, instance, origin }) {
  const { uid, gid, pid } = origin.credentials ?? {};
  return {
    client,
    instance: instance.name,
    instanceId: instance.id,
    channel: id,
    socket: origin.socket,
    uid,
    gid,
    pid,
  };
}

/** @param {Command} command */
function textOf({ line }) {
  if (line.length <= LONGEST_COMMAND) return { command: line };
  return { command: line.slice(0, LONGEST_COMMAND), length: line.length };
}
