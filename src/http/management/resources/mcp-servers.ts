/** Resource: what enabling an MCP server by its URL would change. The calls of resource servers make the changes. */
import {
  type AcceptedHosts,
  acceptedAfter,
  clientHostOf,
  hostSettings,
} from '../../../domain/resources/mcp-servers/client-hosts.ts';
import { enablePlan, plannedScopes } from '../../../domain/resources/mcp-servers/enable-plan.ts';
import type { McpMetadataReader } from '../../../domain/resources/mcp-servers/metadata-reader.ts';
import { pythonLines, typescriptLines } from '../../../domain/resources/mcp-servers/server-lines.ts';
import { checkProposals } from '../../../domain/resources/resource-servers/delegation-targets.ts';
import { SCOPE_PARTICIPANTS } from '../../../domain/resources/resource-servers/resource-server.ts';
import type { ResourceServerRegistry } from '../../../domain/resources/resource-servers/resource-server-registry.ts';
import { managementApiOf } from '../../../domain/vocabulary/management-api.ts';
import { type Handlers, resource } from '../resource.ts';
import { about } from '../route.ts';
import { named, ref } from '../schema.ts';
import { arrayOf, flag, input, list, oneOf, output, string, strings, text } from '../schema-parts.ts';
import { SCOPE } from '../shared-schemas.ts';
import { DELEGATION_PAIR, RESOURCE_SERVER_SCOPES } from './resource-servers.ts';

const MCP_SERVER_WISHES = named(
  'McpServerWishes',
  input(
    {
      url: text('URL that clients call, character by character: https, or http on the machine of the server.', 512),
      name: text('Name that people see. Default: the name in its metadata, else its host.', 100),
      scopes: list(
        'Scopes with their risk. A scope that only the metadata names gets the risk medium and a plain text.',
        200,
        ref(SCOPE),
      ),
      default_scopes: strings('Scopes that a request without a scope requests.', 200, 128),
      delegates_to: list('Scopes of other APIs that it asks its callers for.', 50, ref(DELEGATION_PAIR)),
      client_hosts: strings(
        'Hosts whose client metadata documents the server has to accept, or URLs of documents.',
        50,
        512,
      ),
    },
    ['url'],
  ),
);

const PLANNED_SCOPE = output(
  {
    name: string(),
    description: string(),
    risk: oneOf('Severity of misuse.', ['low', 'medium', 'high', 'critical']),
    default: flag('Whether a request without a scope requests it.'),
    participants: oneOf('Whose authority it needs in a transaction of several people.', SCOPE_PARTICIPANTS),
    is_changed: flag('Whether the plan adds or changes it.'),
  },
  ['default', 'participants'],
);

const MCP_SERVER_PLAN = named(
  'McpServerPlan',
  output(
    {
      identifier: string('The URL: identifier of the resource server.'),
      resource_server: string('Id of the resource server, if it exists. The ETag is its version.'),
      action: oneOf('What happens to its name and scopes.', ['create', 'change', 'none']),
      name: string('Name afterwards.'),
      former_name: string('Name before, if it changes.'),
      scopes: arrayOf(PLANNED_SCOPE, 'All scopes afterwards.'),
      enables: flag('Whether it was disabled, and has to be enabled again.'),
      proposals: arrayOf(ref(DELEGATION_PAIR), 'Scopes of other APIs that have to be proposed.'),
      metadata: output(
        {
          from: string('The URL from which it was read.'),
          authorization_servers: arrayOf(string(), 'Issuers that it names.'),
          names_this_server: flag('Whether this server is one of them. Clients do not find it otherwise.'),
        },
        [],
      ),
      metadata_failure: string('Why there is no metadata.'),
      settings: arrayOf(string(), 'Settings to change, as lines of the environment. Empty: none.'),
      typescript: arrayOf(string(), 'Lines for the code of the MCP server.'),
      python: arrayOf(string(), 'The same in Python.'),
    },
    ['resource_server', 'former_name', 'metadata', 'metadata_failure'],
  ),
);

const make = about('resource servers', RESOURCE_SERVER_SCOPES);

const routes = {
  planMcpServer: make.act(
    '/mcp-servers/plan',
    MCP_SERVER_PLAN,
    'Read the metadata of an MCP server, check each pair, and say what enabling it would change. It changes nothing',
    { body: MCP_SERVER_WISHES },
  ),
};

type Dependencies = {
  readonly issuer: string;
  readonly resourceServers: Pick<ResourceServerRegistry, 'findByIdentifier'>;
  readonly mcpServers: {
    readonly metadata: McpMetadataReader;
    /** Whose metadata documents the server accepts. */
    readonly clientDocuments: AcceptedHosts;
  };
};

const handlers = ({ issuer, resourceServers, mcpServers }: Dependencies): Handlers<typeof routes> => ({
  async planMcpServer({ body }) {
    const { clientHosts = [], ...wishes } = body;
    const after = acceptedAfter(mcpServers.clientDocuments, clientHosts.map(clientHostOf));
    const read = await mcpServers.metadata.read(wishes.url);
    const metadata = 'found' in read ? read.found : undefined;
    const found = await resourceServers.findByIdentifier(wishes.url);
    const plan = enablePlan(wishes, metadata, found?.document);
    await checkProposals(found?.document ?? plan, wishes.delegatesTo ?? [], {
      managementApi: managementApiOf(issuer),
      findByIdentifier: (identifier) => resourceServers.findByIdentifier(identifier),
    });
    const lines = { issuer, resource: plan.identifier, scopes: plannedScopes(plan).map(({ name }) => name) };
    return {
      ...(found ? { version: found.version } : {}),
      body: {
        identifier: plan.identifier,
        ...(found ? { resource_server: found.document.id } : {}),
        action: plan.action,
        name: plan.name,
        ...(plan.formerName === undefined ? {} : { former_name: plan.formerName }),
        scopes: plan.scopes.map(({ isChanged, ...scope }) => ({ ...scope, is_changed: isChanged })),
        enables: plan.enables,
        proposals: plan.proposals,
        ...('found' in read
          ? {
              metadata: {
                from: read.found.from,
                authorization_servers: read.found.issuers,
                names_this_server: read.found.issuers.includes(issuer),
              },
            }
          : { metadata_failure: read.none }),
        settings: after === undefined ? [] : hostSettings(after),
        typescript: typescriptLines(lines),
        python: pythonLines(lines),
      },
    };
  },
});

export const mcpServers = resource(routes, handlers);
