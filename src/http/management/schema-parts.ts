/** JSON Schema 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export type Properties = Readonly<Record<string, JsonSchema>>;

export const text = (description: string, maximum: number, more: JsonSchema = {}): JsonSchema => ({
  type: 'string',
  minLength: 1,
  maxLength: maximum,
  description,
  ...more,
});
export const flag = (description: string): JsonSchema => ({ type: 'boolean', description });
export const oneOf = (description: string, values: readonly string[]): JsonSchema => ({
  type: 'string',
  enum: values,
  description,
});
export const list = (description: string, maximum: number, items: JsonSchema): JsonSchema => ({
  type: 'array',
  maxItems: maximum,
  items,
  description,
});
export const seconds = (description: string): JsonSchema => ({
  type: 'integer',
  description: `${description} Epoch seconds.`,
});
export const strings = (description: string, maximum: number, length: number): JsonSchema =>
  list(description, maximum, { type: 'string', minLength: 1, maxLength: length });
export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
export const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });

export const input = (properties: Properties, required: readonly string[] = []): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
/** A change: any of the members; `id` may be sent back and must then be the one of the path. */
export const change = (properties: Properties): JsonSchema => ({
  ...input({ id: { type: 'string', description: 'The same id as in the path, if given.' }, ...properties }),
  minProperties: 1,
});
/** An answer: what may be absent is listed as optional. */
export const output = (properties: Properties, optional: readonly string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
export const page = (item: string): JsonSchema =>
  output(
    {
      items: { type: 'array', items: ref(item) },
      next: { type: 'string', description: 'Send it as `cursor` to get the next page; absent on the last page.' },
    },
    ['next'],
  );

/** Members of every registered object. */
export const RECORD: Properties = {
  created_at: seconds('When it was created.'),
  updated_at: seconds('When it was last changed.'),
};
export const WARNINGS: Properties = {
  warnings: { type: 'array', items: { type: 'string' }, description: 'Settings that are allowed but not recommended.' },
};
export const SECRET: Properties = { client_secret: { type: 'string', description: 'Shown only once.' } };
export const identified = (id: string): Properties => ({ id: { type: 'string', description: id } });

export const JWKS_URI = text(
  'https URL that serves the public keys, instead of `jwks`. Setting one removes the other.',
  2048,
);

/** Where the keys of an issuer come from, of workload tokens or of a peer. */
export const ISSUER_KEYS: Properties = {
  jwks: { ...ref('JsonWebKeySet'), description: 'Pinned keys. The server fetches nothing.' },
  jwks_uri: text('URL that serves the keys. Without `jwks` and `jwks_uri`, the discovery document names it.', 2048),
  max_key_age_seconds: {
    type: 'integer',
    minimum: 300,
    maximum: 86_400,
    description: 'How long the last fetched keys stay valid while fetching fails. Default 3600.',
  },
};
