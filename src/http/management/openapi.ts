/** The OpenAPI 3.1 document of the management API, for an issuer. */

import { managementApiOf } from '../../domain/vocabulary/management-api.ts';
import { MANAGEMENT_SCOPES } from './management-scopes.ts';
import { PROBLEM } from './problem-schema.ts';
import { routeEntries } from './resource-table.ts';
import type { RouteDeclaration } from './route.ts';
import { componentsOf, type JsonSchema, type NamedSchema, ref } from './schema.ts';

export const openApiDocument = (issuer: string): JsonSchema => ({
  openapi: '3.1.0',
  info: {
    title: 'Behalf management API',
    version: '1',
    summary: 'Accounts, clients, agents, resource servers, delegations, kills, audit and keys.',
    description:
      'Callers send access tokens of this server whose audience is the URL of this API. Times are epoch seconds. ' +
      'Errors are problem documents (RFC 9457). A PATCH replaces the members that it names and needs the ETag as If-Match.',
  },
  servers: [{ url: managementApiOf(issuer) }],
  security: [{ token: [] }],
  tags: [...new Set(routeEntries().map(([, { tag }]) => tag))].map((name) => ({ name })),
  paths: {
    ...pathsOf(),
    '/openapi.json': {
      get: {
        operationId: 'getOpenApi',
        summary: 'Read this OpenAPI document',
        security: [],
        responses: { 200: json('The document.', { type: 'object' }) },
      },
    },
  },
  components: {
    schemas: SCHEMAS,
    securitySchemes: {
      token: {
        type: 'oauth2',
        description: 'Bearer (RFC 6750) or DPoP (RFC 9449). A token that is bound to a key needs DPoP.',
        flows: {
          clientCredentials: { tokenUrl: `${issuer}/token`, scopes: SCOPES },
          authorizationCode: { authorizationUrl: `${issuer}/auth`, tokenUrl: `${issuer}/token`, scopes: SCOPES },
        },
      },
    },
    responses: { Problem: problem('An error.') },
  },
});

/** All components that the routes name, sorted by name: the document does not depend on the order of the resources. */
const SCHEMAS = Object.fromEntries(
  Object.entries(
    componentsOf([
      PROBLEM,
      ...routeEntries().flatMap(([, { body, answer, line }]) =>
        [body, answer, line].filter((one): one is NamedSchema<object> => typeof one === 'object'),
      ),
    ]),
  ).sort(([one], [other]) => (one < other ? -1 : 1)),
);

const SCOPES = Object.fromEntries(MANAGEMENT_SCOPES.map(({ name, description }) => [name, description]));

const json = (description: string, schema: JsonSchema, headers?: JsonSchema): JsonSchema => ({
  description,
  ...(headers ? { headers } : {}),
  content: { 'application/json': { schema } },
});

const problem = (description: string): JsonSchema => ({
  description,
  content: { 'application/problem+json': { schema: ref(PROBLEM) } },
});

const pathsOf = (): JsonSchema => {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const [operationId, route] of routeEntries()) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(operationId, route) };
  }
  return paths;
};

const operation = (operationId: string, route: RouteDeclaration): JsonSchema => {
  const parameters = parametersOf(route);
  return {
    operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.roles.length === 0 ? {} : { description: audience(route) }),
    security: route.isProvenByBody ? [] : [{ token: route.scope === undefined ? [] : [route.scope.name] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              [route.lines ? 'application/x-ndjson' : 'application/json']: {
                schema: ref(route.body),
              },
            },
          },
        }),
    responses: {
      [route.status]: success(route),
      ...accepted(route),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
};

const OF_PEOPLE = ' The token’s user must have signed in with a second factor at most 300 seconds ago.';
const FRESH_FACTOR = `${OF_PEOPLE} A client that acts for itself proves in Behalf-Local-Proof that it runs on the machine of this server.`;

const factorOf = ({ freshFactor }: RouteDeclaration): string => {
  if (freshFactor === undefined) return '';
  return freshFactor === 'accounts' ? `${OF_PEOPLE} A client that acts for itself needs none.` : FRESH_FACTOR;
};

const audience = (route: RouteDeclaration): string => {
  const { roles, own, self, agents } = route;
  return `Needs the role ${roles.join(' or ')}${own ? '; an account without a role may call for its own objects' : ''}${self || agents ? '; an agent may call for itself' : ''}.${factorOf(route)}`;
};

const parametersOf = (route: RouteDeclaration): readonly JsonSchema[] => [
  ...[...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } };
  }),
  ...(route.ifMatch
    ? [
        {
          name: 'If-Match',
          in: 'header',
          required: route.ifMatch === true,
          description: 'ETag from reading the object.',
          schema: { type: 'string' },
        },
      ]
    : []),
  ...(route.repeatable === undefined
    ? []
    : [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: route.repeatable === 'must',
          description:
            'A key that the caller chooses. For a day the server executes the same request with this key only once.',
          schema: { type: 'string', maxLength: 128 },
        },
      ]),
  ...Object.entries(route.query ?? {}).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    description,
    schema,
  })),
];

const accepted = ({ accepted: description, answer }: RouteDeclaration): JsonSchema =>
  description === undefined || typeof answer !== 'object' ? {} : { 202: json(description, ref(answer)) };

const success = ({ status, answer, path, method }: RouteDeclaration): JsonSchema => {
  if (answer === undefined) return { description: 'Done.' };
  if (answer === 'ndjson') {
    return {
      description: 'One JSON object per line. docs/how-to describes the members.',
      content: { 'application/x-ndjson': { schema: { type: 'string' } } },
    };
  }
  if (answer === 'zip') {
    return {
      description: 'A ZIP archive. docs/how-to describes its files.',
      content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } },
    };
  }
  const hasVersion = status === 201 || path.includes('{id}');
  const etag = { ETag: { description: 'Version of the object, for If-Match.', schema: { type: 'string' } } };
  const description = status === 201 ? 'Created.' : method === 'GET' ? 'Current state.' : 'State after the call.';
  return json(description, ref(answer), hasVersion ? etag : undefined);
};
