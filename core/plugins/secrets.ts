import { isPlain } from './validate.js';

type Schema = Readonly<Record<string, unknown>>;

/** A copy of validated options that may be shown: values whose schema says `writeOnly` are hidden. */
export function hideSecrets(schema: object, options: unknown): unknown {
  const root = schema as Schema;
  const shown = (value: unknown, claims: readonly unknown[]): unknown => {
    const schemas = withForms(root, claims);
    if (schemas.some(({ writeOnly }) => writeOnly === true)) return '(hidden)';
    if (Array.isArray(value)) {
      return value.map((item: unknown, index) => shown(item, schemas.map((one) => ofItem(one, index)))); // prettier-ignore
    }
    if (typeof value !== 'object' || value === null) return value;
    if (!isPlain(value)) return '(an object)'; // it may hold itself, or a secret
    const entries = Object.entries(value).map(([key, item]: [string, unknown]) => {
      return [key, shown(item, schemas.flatMap((one) => ofProperty(one, key)))]; // prettier-ignore
    });
    return Object.fromEntries(entries) as unknown;
  };
  return shown(options, [root]);
}

/** What a schema says of an item of a list. */
function ofItem({ items, additionalItems }: Schema, index: number): unknown {
  return Array.isArray(items) ? (items[index] ?? additionalItems) : items;
}

/** What a schema says of a property. */
function ofProperty({ properties = {}, patternProperties = {}, additionalProperties }: Schema, key: string): unknown[] {
  const named = properties as Schema;
  const patterns = Object.entries(patternProperties as Schema);
  const matching = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(key)).map(([, schema]) => schema);
  return [Object.hasOwn(named, key) ? named[key] : additionalProperties, ...matching];
}

/** The schemas with all that they refer to: alternatives, conditions, definitions. */
function withForms(root: Schema, schemas: readonly unknown[]): Schema[] {
  const all = new Set<Schema>();
  const add = (schema: unknown): void => {
    if (typeof schema !== 'object' || schema === null || all.has(schema as Schema)) return;
    const { oneOf, anyOf, allOf, then, else: otherwise, $ref } = schema as Schema;
    all.add(schema as Schema);
    for (const form of [oneOf, anyOf, allOf, then, otherwise].flat()) add(form);
    if (typeof $ref === 'string') add(referenced(root, $ref));
  };
  schemas.forEach(add);
  return [...all];
}

/** What `#/definitions/x` stands for. */
function referenced(root: Schema, reference: string): unknown {
  const steps = reference.split('/').slice(1);
  return steps.reduce<unknown>((at, step) => (at as Schema | undefined)?.[step], root);
}
