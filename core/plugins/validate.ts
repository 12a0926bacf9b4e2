import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';

/** Checks a value against a JSON Schema. */
export interface Validation {
  /** A copy of the value with the schema's defaults filled in. */
  readonly value: unknown;
  /** Every mistake: the option's path and what was expected. Empty when all is right. */
  readonly problems: readonly string[];
}

/** Making a validator takes longer than all that it does later. */
function createAjv(): Ajv {
  return new Ajv({
    allErrors: true,
    useDefaults: true,
    allowUnionTypes: true,
    addUsedSchema: false,
    verbose: true, // a mistake brings its part of the schema along
  });
}

/** A validator keeps all that it ever compiled, and a reload may bring new schemas. So after so many it is replaced. */
const SCHEMAS_OF_ONE = 50;
let ajv = createAjv();
let schemas = 0;
const compiled = new WeakMap<object, ValidateFunction>();

/** The check that a schema asks for, made once. */
function compile(schema: object): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  if (++schemas % SCHEMAS_OF_ONE === 0) ajv = createAjv();
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
  const copy = copyOf(value);
  if (copy === undefined) return { value: undefined, problems: [`${whole}: ${TOO_MUCH}`] };
  check(copy.value);
  const mistakes = check.errors ?? [];
  const ownFault = mistakes.find(({ instancePath }) => at(value, instancePath) === undefined);
  if (ownFault !== undefined) throw new Error(`its own default does not fit: ${describe(ownFault, whole)}`);
  return { value: copy.value, problems: mistakes.map((error) => describe(error, whole)) };
}

/** What is at a JSON pointer; nothing where a default was filled in. In a list none is: what is undefined there was given so. */
function at(value: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1);
  return keys.reduce<unknown>((part, escaped) => {
    const key = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
    const found = typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[key] : undefined;
    return Array.isArray(part) ? (found ?? null) : found;
  }, value);
}

/** How deep values may be nested, and how many there may be: aliases upon aliases of YAML stand for millions. */
const MOST_LEVELS = 100;
const MOST_VALUES = 100_000;
const TOO_MUCH = `it refers to itself, or has more than ${MOST_LEVELS} levels or ${MOST_VALUES} values`;

/** Copies plain objects and arrays; keeps everything else (functions, class instances) as it is. @returns undefined where it is too much */
function copyOf(whole: unknown): { readonly value: unknown } | undefined {
  let values = 0;
  const copy = (value: unknown, level: number): unknown => {
    values += level > MOST_LEVELS ? Infinity : 1;
    if (values > MOST_VALUES) return undefined;
    if (Array.isArray(value)) return value.map((item: unknown) => copy(item, level + 1));
    if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item, level + 1)]));
  };
  const value = copy(whole, 0);
  return values > MOST_VALUES ? undefined : { value };
}

/** Whether it only holds values, and is no instance of a class. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
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
