/** A client of sc-remoted, and of the C sc_remoted: for programs of your own. It needs Node and nothing else. */
export { type ConnectOptions, connect, connectInstance } from './connect.js';
export { type CredentialFault, credentialFault } from './credentials.js';
export type { Endpoint, Path } from './dial.js';
export type { Fleet } from './mux/fleet.js';
export type { Change } from './mux/changes.js';
export type { VantagePoint } from './mux/vantage-point.js';
export type { Channel, ChannelOptions, RunOptions } from './channel/channel.js';
export type { Measurement, Result } from './channel/measurement.js';
export { type Selectable, type Selector, selector, selectorKeys } from './select.js';
export { checkCommand } from './channel/command.js';
export { kindOf, recordsIn } from './warts/records.js';
export { WartsJoin } from './warts/join.js';
export { ClientError, type ClientErrorCode, type ClientErrorOptions } from './errors.js';
