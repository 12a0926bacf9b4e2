/** All that a plugin may import from sc-remoted. */
export { definePlugin, type PluginDefinition } from './define-plugin.js';
export type { OptionsOf, OptionsSchema } from './options-of.js';
export { listenLocal, removeStaleSockets, type LocalListener } from './local-socket.js';
export { localPathLimit } from './private-folder.js';
export { type StateRecord, isTime, readState, stateLine, stateText } from './state/records.js';
export { systemdDirectory } from './systemd-directory.js';
export { StateFolder } from './state/folder.js';
export { Journal, type JournalContents } from './state/journal.js';
export { sharingOf } from './sharing.js';
export { knowsPeerCredentials, peerCredentials, type ReadCredentials } from './peer-credentials.js';
export { systemEntries } from './system-entries.js';
export { type Endpoint, type Family, endpointsOf, isLoopback, listenOn, localEndpointsOf } from './endpoints.js';
export { TlsServer, type TlsServerOptions, tlsHandshakeTime, tlsServerOptions } from './tls/tls-server.js';
export { type DescriptorUse, descriptorsInUse } from './descriptors.js';
export { inSeconds } from './duration.js';
export { readFrom } from '../core/streams/sockets.js';
export { sdkErrors } from './errors.js';
export { ScrError, defineErrors, reasonOf, type ErrorSpec, type ScrErrorOptions } from '../core/contract/errors.js';
export { PLUGIN_API } from '../core/contract/plugin.js';
export { Crowd } from '../core/contract/crowd.js';
export { type Prefixes, networkOf } from '../core/protocol/networks.js';
export { canonicalAddress, instanceName, ipPeer, peerName } from '../core/protocol/names.js';
export type {
  Account,
  Announcement,
  Plugin,
  PluginController,
  PluginEntry,
  Prompt,
  Service,
} from '../core/contract/plugin.js';
export { defineService } from './define-service.js';
export { type Metadata, type VpLocation, type VpMetadata, metadata } from './metadata.js';
export { type LogControl, type LogWish, logControl, logLevels } from './log-control.js';
export type {
  CertificateReport,
  EventReport,
  InstanceReport,
  MetadataReport,
  ProcessReport,
  Readiness,
  ReloadReport,
  StatusReport,
  VpReport,
  VpState,
} from './status-report.js';
export { statusLine } from './status-line.js';
export { type PolicyAnswer, type PolicyQuestion, type PolicyTest, policyTest } from './policy-test.js';
export { certificateMatcher } from './tls/certificate-matcher.js';
export { type AuditTrail, auditTrail } from './audit-trail.js';
export { type CommandHandlers, filterCommands } from './commands/filter-commands.js';
export { type Command, commandIn } from './commands/command.js';
export type { CommandAnswer, CommandResult, Refusal } from './commands/dialogue.js';
export { LINE_LIMIT, type LineSink, LineSplitter } from './commands/line-splitter.js';
export { type Answer, AnswerParser, type AnswerSink } from './commands/answer-parser.js';
export type { Clock, Timer } from '../core/contract/clock.js';
export type { Limits } from '../core/contract/limits.js';
export type { Logger, LogFields } from '../core/contract/logger.js';
export type {
  Acceptance,
  Attachment,
  HookHandlers,
  PluginHook,
  PluginHooks,
  Recalled,
  Release,
  TapOptions,
} from '../core/contract/hooks.js';
export type {
  Change,
  ControllerFigures,
  ControllerState,
  Departure,
  Fact,
  FactValues,
  Observations,
  RefusedClient,
  RefusedConnection,
  Reloading,
} from '../core/contract/observations.js';
export type { Peer } from '../core/protocol/names.js';
export type {
  AuthenticationRequest,
  ChannelFigures,
  ChannelView,
  ClientOrigin,
  DataPassage,
  Direction,
  Ending,
  IncomingConnection,
  InstanceFigures,
  InstanceView,
  LocalSocketAccess,
  LocalSocketRequest,
  OpenRequest,
  PeerCredentials,
  Port,
  RecallRequest,
  Sink,
  TlsIdentity,
} from '../core/contract/views.js';
