/**
 * The TypeScript type that a JSON Schema describes, for the keywords that options are made of: type, enum, const,
 * properties, required, default, items, oneOf and anyOf. Anything else becomes `unknown`. (Libraries for all of
 * JSON Schema exist; they exceed the compiler's depth on schemas as small as those of the default plugins.)
 * `Filled` tells whether defaults have been filled in: yes for what a plugin reads, no for what a user writes.
 */
export type OptionsOf<S, Filled extends boolean = true> = S extends { readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly const: infer C }
    ? C
    : S extends { readonly type: readonly (infer T)[] }
      ? Typed<T, S, Filled>
      : S extends { readonly type: infer T }
        ? Typed<T, S, Filled>
        : S extends { readonly oneOf: readonly (infer U)[] }
          ? OptionsOf<U, Filled>
          : S extends { readonly anyOf: readonly (infer U)[] }
            ? OptionsOf<U, Filled>
            : unknown;

type Typed<T, S, Filled extends boolean> = T extends 'string'
  ? string
  : T extends 'integer' | 'number'
    ? number
    : T extends 'boolean'
      ? boolean
      : T extends 'null'
        ? null
        : T extends 'array'
          ? readonly (S extends { readonly items: infer I } ? OptionsOf<I, Filled> : unknown)[]
          : T extends 'object'
            ? S extends { readonly properties: infer P }
              ? ObjectOf<P, S extends { readonly required: readonly (infer R)[] } ? R : never, Filled>
              : Readonly<Record<string, unknown>>
            : unknown;

/** An option is there when it is required, or has a default that was filled in. */
type Present<P, R, Filled extends boolean> = {
  [K in keyof P]: K extends R
    ? K
    : Filled extends true
      ? P[K] extends { readonly default: unknown }
        ? K
        : never
      : never;
}[keyof P];

type ObjectOf<P, R, Filled extends boolean> = Flat<
  { readonly [K in Present<P, R, Filled>]: OptionsOf<P[K], Filled> } & {
    readonly [K in Exclude<keyof P, Present<P, R, Filled>>]?: OptionsOf<P[K], Filled> | undefined;
  }
>;

type Flat<T> = { readonly [K in keyof T]: T[K] };

/** A JSON Schema of options: always an object. Whether it is valid is checked when the plugin is loaded. */
export interface OptionsSchema {
  readonly type: 'object';
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly [keyword: string]: unknown;
}
