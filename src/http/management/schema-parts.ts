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
  ...input({ id: { type: 'string', description: 'The id of the path, if given.' }, ...properties }),
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
      next: { type: 'string', description: 'Send as `cursor` for the next page; absent on the last one.' },
    },
    ['next'],
  );

/** Members of every registered object. */
export const RECORD: Properties = {
  created_at: seconds('When it was made.'),
  updated_at: seconds('When it was last changed.'),
};
export const WARNINGS: Properties = {
  warnings: { type: 'array', items: { type: 'string' }, description: 'What is allowed but unwise.' },
};
export const SECRET: Properties = { client_secret: { type: 'string', description: 'Shown this once.' } };
export const identified = (id: string): Properties => ({ id: { type: 'string', description: id } });

export const JWKS_URI = text(
  'https URL where its public keys are served; in place of `jwks`, one takes the place of the other.',
  2048,
);

/** Where the keys of an issuer come from, of workload tokens or of a peer. */
export const ISSUER_KEYS: Properties = {
  jwks: { ...ref('JsonWebKeySet'), description: 'Its keys, pinned: nothing is fetched.' },
  jwks_uri: text('Where its keys are served. With neither, its discovery document says where.', 2048),
  max_key_age_seconds: {
    type: 'integer',
    minimum: 300,
    maximum: 86_400,
    description: 'How long the last good keys are good while no new ones can be had. Default 3600.',
  },
};
