import type { OptionsOf } from '../../plugin-sdk/index.js';

const names = { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } } as const;
const people = {
  type: 'array',
  minItems: 1,
  items: { type: ['string', 'integer'], minLength: 1, minimum: 0 },
} as const;

const each = {
  enum: ['user', 'instance', 'user and instance'],
  default: 'user',
  description: 'counted apart for each user, VP, or both',
} as const;

const rule = {
  type: 'object',
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, description: 'told to who is refused, in the log and in the audit trail' },
    instances: { ...names, description: "fits VPs by monitor name: `['ams-*']`" },
    tags: { ...names, description: 'fits VPs that have one of these tags in the metadata' },
    countries: {
      type: 'array',
      minItems: 1,
      items: { type: 'string', pattern: '^[A-Za-z]{2}$' },
      description: "fits VPs in these countries, by the metadata: `['NL', 'BE']`",
    },
    users: { ...people, description: 'fits these local users, by name or number' },
    groups: { ...people, description: 'fits the members of these groups' },
    certificates: {
      ...names,
      description: 'fits clients from the network by names in their certificates, `*.ucsd.example`',
    },
    commands: {
      type: 'array',
      minItems: 1,
      items: { type: 'string', pattern: '^[a-z]+$' },
      description: "fits these commands: `['ping', 'trace']`",
    },
    refuse: { type: 'string', minLength: 1, description: 'refuse, with this reason' },
    targets: {
      type: 'object',
      description: 'limits where packets may be sent to',
      additionalProperties: false,
      properties: {
        allow: { ...names, description: 'only these prefixes may be probed' },
        deny: { ...names, description: 'these prefixes may not be probed' },
      },
    },
    rate: {
      type: 'object',
      description: 'limits how often; as many commands at once after a pause',
      additionalProperties: false,
      required: ['commands'],
      properties: {
        commands: { type: 'integer', minimum: 1, description: 'so many commands' },
        seconds: { type: 'integer', minimum: 1, default: 1, description: 'in so many seconds' },
        each,
      },
    },
    running: {
      type: 'object',
      description: 'limits what runs at a time: from when it is sent until its last result',
      additionalProperties: false,
      required: ['measurements'],
      properties: {
        measurements: { type: 'integer', minimum: 1, description: 'so many measurements may run at a time' },
        each,
      },
    },
  },
} as const;

export const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    rules: {
      type: 'array',
      default: [],
      description: 'the first rule that fits a command decides',
      items: rule,
    },
    otherwise: { enum: ['refuse', 'allow'], default: 'refuse', description: 'what happens when no rule fits' },
    noProbe: {
      type: 'string',
      minLength: 1,
      description: 'file with prefixes that nobody may probe; read again at a reload',
    },
  },
} as const;

export type Options = OptionsOf<typeof schema>;
/** A rule as the options say it. */
export type RuleOptions = Options['rules'][number];
/** What something is counted apart for. */
export type Each = NonNullable<RuleOptions['rate']>['each'];
