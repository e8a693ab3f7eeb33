/** Constructors of schemas. Each returns a schema and the type of its values. */
import { type JsonSchema, type NamedSchema, named, type Properties, ref, type Schema, type TypeOf } from './schema.ts';

type Flat<T> = { [member in keyof T]: T[member] };

/** The type of a body with these properties. */
type Input<P, R extends keyof P> = Flat<
  { readonly [member in R]: TypeOf<P[member]> } & { readonly [member in Exclude<keyof P, R>]?: TypeOf<P[member]> }
>;
/** The type of an answer. An optional member may be undefined: JSON leaves it out. */
type Output<P, O extends keyof P> = Flat<
  { readonly [member in Exclude<keyof P, O>]: TypeOf<P[member]> } & {
    readonly [member in O]?: TypeOf<P[member]> | undefined;
  }
>;
type Limits = { readonly minimum?: number; readonly maximum?: number; readonly default?: number };

const described = (description: string | undefined): JsonSchema => (description === undefined ? {} : { description });

export const text = (description: string, maximum: number, more: JsonSchema = {}): Schema<string> => ({
  type: 'string',
  minLength: 1,
  maxLength: maximum,
  description,
  ...more,
});
export const textOrNull = (description: string, maximum: number): Schema<string | null> => ({
  ...text(description, maximum),
  type: ['string', 'null'],
});
/** Any text, in an answer. */
export const string = (description?: string): Schema<string> => ({ type: 'string', ...described(description) });
export const flag = (description?: string): Schema<boolean> => ({ type: 'boolean', ...described(description) });
export const integer = (description?: string, limits: Limits = {}): Schema<number> => ({
  type: 'integer',
  ...limits,
  ...described(description),
});
export const number = (description: string): Schema<number> => ({ type: 'number', description });
export const oneOf = <const V extends string>(description: string, values: readonly V[]): Schema<V> => ({
  type: 'string',
  enum: values,
  description,
});
export const list = <T>(description: string, maximum: number, items: Schema<T>): Schema<readonly T[]> => ({
  type: 'array',
  maxItems: maximum,
  items,
  description,
});
/** A list in an answer, without a limit in the schema: the answering code limits it. */
export const arrayOf = <T>(of: Schema<T>, description?: string): Schema<readonly T[]> => ({
  type: 'array',
  items: of,
  ...described(description),
});
export const seconds = (description: string): Schema<number> => ({
  type: 'integer',
  description: `${description} Epoch seconds.`,
});
/** Epoch seconds that a caller sends. */
export const secondsGiven = (description: string): Schema<number> => ({
  ...seconds(description),
  minimum: 0,
  maximum: 99_999_999_999,
});
export const strings = (description: string, maximum: number, length: number): Schema<readonly string[]> =>
  list(description, maximum, { type: 'string', minLength: 1, maxLength: length });
/** Any JSON object. */
export const object = (description?: string): Schema<Readonly<Record<string, unknown>>> => ({
  type: 'object',
  ...described(description),
});
/** Values of one kind by a key that the caller chooses. */
export const recordOf = <T>(
  description: string | undefined,
  values: Schema<T>,
  limits: { readonly maxProperties?: number } = {},
): Schema<Readonly<Record<string, T>>> => ({
  type: 'object',
  ...limits,
  additionalProperties: values,
  ...described(description),
});
export const nullable = <T>(schema: Schema<T>): Schema<T | null> => ({ anyOf: [schema, { type: 'null' }] });
/** Each of the properties, or null. */
export const nullableAll = <P extends Properties>(
  properties: P,
): { readonly [member in keyof P]: Schema<TypeOf<P[member]> | null> } =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, nullable(schema)])) as {
    [member in keyof P]: Schema<TypeOf<P[member]> | null>;
  };
/** Some of the properties. */
export const pick = <P extends Properties, K extends keyof P & string>(
  properties: P,
  names: readonly K[],
): Pick<P, K> => Object.fromEntries(names.map((name) => [name, properties[name]])) as Pick<P, K>;
export const namesOf = <P extends Properties>(properties: P): readonly (keyof P & string)[] => Object.keys(properties);

export const input = <P extends Properties, R extends keyof P & string = never>(
  properties: P,
  required: readonly R[] = [],
): Schema<Input<P, R>> => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
/**
 * A change: any of the members. A caller may send `id` back, which must be the id of the path. The router checks and removes
 * it, so that the type has no such member.
 */
export const change = <P extends Properties>(properties: P): Schema<Input<P, never>> => ({
  ...input({ id: string('The same id as in the path, if given.'), ...properties }),
  minProperties: 1,
});
/** An answer: `optional` lists the members that may be absent. */
export const output = <P extends Properties, O extends keyof P & string = never>(
  properties: P,
  optional: readonly O[] = [],
): Schema<Output<P, O>> => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.some((one) => one === name)),
});
/** One page of a list. Default name: `<item>Page`. */
export const page = <T>(item: NamedSchema<T>, name = `${item.name}Page`) =>
  named(
    name,
    output(
      {
        items: arrayOf(ref(item)),
        next: string('Send it as `cursor` to get the next page; absent on the last page.'),
      },
      ['next'],
    ),
  );

/** Members of every registered object. */
export const RECORD = {
  created_at: seconds('When it was created.'),
  updated_at: seconds('When it was last changed.'),
};
export const WARNINGS = { warnings: arrayOf(string(), 'Settings that are allowed but not recommended.') };
export const SECRET = { client_secret: string('Shown only once.') };
export const identified = (id: string) => ({ id: string(id) });
