/** The lines for the code of an MCP server, with the packages of this repository. */

type Server = { readonly issuer: string; readonly resource: string; readonly scopes: readonly string[] };

/** A string of both languages: what JSON escapes, both read. */
const text = (value: string): string => JSON.stringify(value);
const listOf = (values: readonly string[]): string => `[${values.map(text).join(', ')}]`;

/** Express and the MCP SDK, with `packages/resource-server`. */
export const typescriptLines = ({ issuer, resource, scopes }: Server): readonly string[] => [
  "import { resourceServer } from '@behalf/resource-server';",
  "import { requireToken, serveMetadata } from '@behalf/resource-server/express';",
  '',
  'const mcp = resourceServer({',
  `  issuer: ${text(issuer)},`,
  `  resource: ${text(resource)},`,
  `  scopes: ${listOf(scopes)},`,
  '});',
  'app.use(serveMetadata(mcp));',
  `app.use(${text(new URL(resource).pathname)}, requireToken(mcp));`,
];

/** Any ASGI app, such as the HTTP app of the MCP SDK, with `python/`. */
export const pythonLines = ({ issuer, resource, scopes }: Server): readonly string[] => [
  'from behalf.resource_server import Options, ResourceServer',
  'from behalf.resource_server.asgi import RequireToken',
  '',
  'server = ResourceServer(Options(',
  `    issuer=${text(issuer)},`,
  `    resource=${text(resource)},`,
  `    scopes=${listOf(scopes)},`,
  '))',
  'app = RequireToken(mcp.streamable_http_app(), server)',
];
