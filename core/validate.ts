import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';

/** Checks a value against a JSON Schema. */
export interface Validation {
  /** A copy of the value with the schema's defaults filled in. */
  readonly value: unknown;
  /** Every mistake: the option's path and what was expected. Empty when all is right. */
  readonly problems: readonly string[];
}

/** Making one takes longer than all it does later. */
const ajv = new Ajv({
  allErrors: true,
  useDefaults: true,
  allowUnionTypes: true,
  addUsedSchema: false,
  verbose: true, // a mistake brings its part of the schema along
});
const compiled = new WeakMap<object, ValidateFunction>();

/** The check that a schema asks for, made once. */
function compile(schema: object): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const check = ajv.compile({ type: 'object', additionalProperties: false, ...schema });
  compiled.set(schema, check);
  return check;
}

/**
 * Validates options, all mistakes at once; unknown options are mistakes. Throws when the schema itself is wrong, or a default in it.
 * @param schema describes an object.
 * @param whole what a mistake of the value as a whole is said of
 */
export function validate(schema: object, value: unknown = {}, whole = 'options'): Validation {
  const check = compile(schema);
  const copy = copyPlain(value);
  check(copy);
  const mistakes = check.errors ?? [];
  const ownFault = mistakes.find(({ instancePath }) => at(value, instancePath) === undefined);
  if (ownFault !== undefined) throw new Error(`its own default does not fit: ${describe(ownFault, whole)}`);
  return { value: copy, problems: mistakes.map((error) => describe(error, whole)) };
}

/** What is at a JSON pointer; nothing where a default was filled in. */
function at(value: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1);
  return keys.reduce<unknown>((part, escaped) => {
    const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    return typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[key] : undefined;
  }, value);
}

/** Copies plain objects and arrays; keeps everything else (functions, class instances) as it is. */
function copyPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyPlain);
  if (typeof value !== 'object' || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyPlain(item)]));
}

function describe(error: ErrorObject, whole: string): string {
  const path = error.instancePath
    .slice(1)
    .replace(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownOption(join(path, String(params['additionalProperty'])), error.parentSchema);
    case 'required':
      return `${join(path, String(params['missingProperty']))}: missing`;
    case 'dependentRequired':
    case 'dependencies':
      return `${join(path, String(params['missingProperty']))}: missing; it goes with ${String(params['property'])}`;
    case 'type':
      return `${path || whole}: expected ${String(params['type']).replaceAll(',', ' or ')}`;
    case 'enum':
      return `${path || whole}: expected one of ${JSON.stringify(params['allowedValues'])}`;
    case 'minItems':
      return `${path}: expected at least ${itemsOf(params)}`;
    case 'maxItems':
      return `${path}: expected at most ${itemsOf(params)}`;
    default:
      return `${path || whole}: ${error.message ?? error.keyword}`;
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function itemsOf({ limit }: Record<string, unknown>): string {
  return limit === 1 ? '1 item' : `${String(limit)} items`;
}

function unknownOption(option: string, parent: object = {}): string {
  const known = Object.keys((parent as { properties?: object }).properties ?? {});
  return `${option}: unknown option${known.length > 0 ? `; known are ${known.join(', ')}` : ''}`;
}
