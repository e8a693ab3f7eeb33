/** What an example of an operation sends: read from docs/openapi.json once, and written in three languages by the files beside this. */
import { exampleId, exampleOf, resolved, type Schema, type Schemas } from './values.ts';

type Parameter = { readonly name: string; readonly in: string; readonly schema: Schema };
type Content = Readonly<Record<string, { readonly schema: Schema }>>;
type Operation = {
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
};
/** What is read of the OpenAPI document. */
export type ApiDocument = {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Schemas };
};

/** The request of an example. */
export type ExampleRequest = {
  readonly operationId: string;
  /** In capitals. */
  readonly method: string;
  /** Path of the API below the issuer, such as `/api/v1`. */
  readonly base: string;
  /** Path below `base`, with example ids. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Whether the call needs an access token. */
  readonly hasToken: boolean;
  /** Path of the object whose ETag the call sends as If-Match. */
  readonly versionOf?: string;
  readonly hasIdempotencyKey: boolean;
  /** One JSON body, or the objects of an NDJSON body, one a line. */
  readonly body?: unknown;
  readonly lines?: readonly unknown[];
  readonly answer: 'nothing' | 'object' | 'list' | 'lines';
};

const JSON_TYPE = 'application/json';
/** One JSON object a line. */
export const LINES_TYPE = 'application/x-ndjson';
/** Methods of operations, as paths of the document have them. */
export const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const PAGE_SIZE = '200';

/** Parameters in the query that make a call useful although the document does not require them, by operation. */
const QUERIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  findOwner: { name: 'alice' },
  listSessions: { account: exampleId('accounts') },
  previewKill: { scope: 'agent', id: exampleId('agents') },
};

const withIds = (path: string): string => {
  const collection = path.split('/')[1] ?? '';
  return path.replace(/\{(\w+)\}/g, (_, name) => exampleId(name === 'id' ? collection : name));
};

const answerOf = ({ responses }: Operation, schemas: Schemas): ExampleRequest['answer'] => {
  const content = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1].content ?? {};
  if (content[LINES_TYPE]) return 'lines';
  const schema = content[JSON_TYPE]?.schema;
  if (!schema) return 'nothing';
  const { properties = {} } = resolved(schema, schemas).schema;
  return properties['items'] && properties['next'] ? 'list' : 'object';
};

/** Two agents for a body of lines. Two agents never share a key, so each has the URL of its own in place of keys. */
const twoAgents = (value: unknown): readonly unknown[] => {
  const { jwks: _, ...agent } = value as { readonly jwks?: unknown };
  const keysOf = (name: string): string => `https://agents.example.com/${name}/jwks.json`;
  return [
    { ...agent, jwks_uri: keysOf('invoices') },
    { ...agent, name: 'Travel agent', purpose: 'Books trips', jwks_uri: keysOf('travel') },
  ];
};

const requestOf = (document: ApiDocument, path: string, method: string, operation: Operation): ExampleRequest => {
  const { schemas } = document.components;
  const { parameters = [], requestBody, security } = operation;
  const has = (name: string): boolean => parameters.some((parameter) => parameter.name === name);
  const content = requestBody?.content ?? {};
  const line = content[LINES_TYPE] && exampleOf(content[LINES_TYPE].schema, schemas);
  const answer = answerOf(operation, schemas);
  const versionOf = path.replace(/(\{id\}).*$/, '$1');
  if (has('If-Match') && !document.paths[versionOf]?.['get']) {
    throw new Error(
      `${operation.operationId} takes If-Match, and GET ${versionOf}, which would tell the ETag, does not exist`,
    );
  }
  return {
    operationId: operation.operationId,
    method: method.toUpperCase(),
    base: new URL(document.servers[0]?.url ?? '').pathname,
    path: withIds(path),
    query: answer === 'list' && has('limit') ? { limit: PAGE_SIZE } : (QUERIES[operation.operationId] ?? {}),
    hasToken: security?.length !== 0,
    ...(has('If-Match') && { versionOf: withIds(versionOf) }),
    hasIdempotencyKey: has('Idempotency-Key'),
    ...(content[JSON_TYPE] && { body: exampleOf(content[JSON_TYPE].schema, schemas) }),
    ...(line !== undefined && { lines: twoAgents(line) }),
    answer,
  };
};

/** The requests of all operations, by `operationId`. Throws when an operation cannot be shown. */
export const exampleRequests = (document: ApiDocument): ReadonlyMap<string, ExampleRequest> =>
  new Map(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => METHODS.includes(method))
        .map(([method, operation]): [string, ExampleRequest] => {
          const request = requestOf(document, path, method, operation as Operation);
          return [request.operationId, request];
        }),
    ),
  );
