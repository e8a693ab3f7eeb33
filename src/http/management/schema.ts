/**
 * A schema is a JSON Schema that carries the type of its values. It validates bodies, the OpenAPI document contains it, and
 * the compiler checks handlers against it. No code repeats the type. schema-parts.ts has the constructors of schemas.
 */

/** JSON Schema 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

declare const VALUE: unique symbol;

/** A JSON Schema for values of type T. The type does not exist at run time. */
export type Schema<T> = JsonSchema & { readonly [VALUE]?: T };

/** The type of a schema's values; `unknown` for a literal schema. */
export type TypeOf<S> = S extends { readonly [VALUE]?: infer T } ? T : unknown;

/** A schema without its type, for giving it a narrower one. */
export const plain = (schema: JsonSchema): JsonSchema => schema;

export type Properties = Readonly<Record<string, JsonSchema>>;

/** A schema with a name among the components of the OpenAPI document. */
export type NamedSchema<T> = { readonly name: string; readonly schema: Schema<T> };

const TARGET = Symbol('target');

export const named = <T>(name: string, schema: Schema<T>): NamedSchema<T> => ({ name, schema });

/** A reference to another schema. The symbol is not part of the JSON; `componentsOf` follows it. */
export const ref = <T>(target: NamedSchema<T>): Schema<T> => ({
  $ref: `#/components/schemas/${target.name}`,
  [TARGET]: target,
});

/** The schemas by name, with all schemas that they reference. Throws on two schemas with one name. */
export const componentsOf = (schemas: readonly NamedSchema<unknown>[]): Readonly<Record<string, JsonSchema>> => {
  const found = new Map<string, JsonSchema>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const target: unknown = Reflect.get(value, TARGET);
    if (isNamed(target)) add(target);
    for (const part of Object.values(value)) visit(part);
  };
  const add = ({ name, schema }: NamedSchema<unknown>): void => {
    const known = found.get(name);
    if (known !== undefined && known !== schema) throw new Error(`two schemas have the name ${name}`);
    if (known !== undefined) return;
    found.set(name, schema);
    visit(schema);
  };
  for (const schema of schemas) add(schema);
  return Object.fromEntries(found);
};

const isNamed = (value: unknown): value is NamedSchema<unknown> => typeof value === 'object' && value !== null;
