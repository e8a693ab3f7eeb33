/** Routes about agents: the registry, their credentials, their instances and their blueprints. */
import { AGENT_STATES } from '../../../domain/clients/agents/agent.ts';
import { AGENT_SORTS } from '../../../domain/clients/agents/agent-lists.ts';
import { ENVIRONMENTS } from '../../../domain/vocabulary/environment.ts';
import { ADMINISTRATORS, about, id, OWN, PAGE, type RouteDeclaration, WRITERS } from './route.ts';

const agents = about('agents', 'agents:read', 'agents:write');
const instances = about('instances', 'instances:read', 'instances:write');
const blueprints = about('blueprints', 'blueprints:read', 'blueprints:write');
const OWN_OR_SELF = { own: true, self: true } as const;

export const AGENT_ROUTES = {
  createAgent: agents.create('/agents', 'NewAgent', 'Agent', 'Register an agent', {
    policy: 'register',
    own: true,
    repeatable: 'may',
  }),
  createAgents: agents.create(
    '/agents/bulk',
    'NewAgent',
    'ndjson',
    'Register up to 100,000 agents, one per line. The response has one line per agent, in order, and a last line with the totals',
    { policy: 'register', own: true, lines: true, repeatable: 'must', status: 200 },
  ),
  listAgents: agents.read(
    '/agents',
    'AgentPage',
    'List agents. A page may be shorter than requested and still have a next page',
    {
      own: true,
      query: {
        ...PAGE,
        owner: id('Only agents of this account or group: an id, a username or the name of a group.'),
        state: { type: 'string', enum: AGENT_STATES, description: 'Only agents in this state.' },
        environment: { type: 'string', enum: ENVIRONMENTS, description: 'Only agents in this environment.' },
        blueprint: id('Only agents under this blueprint.'),
        search: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'Only agents with all these words in name, provider or purpose; newest first.',
        },
        unused_since: {
          type: 'integer',
          minimum: 0,
          maximum: 99_999_999_999,
          description: 'Only agents that got no token since then, longest unused first. Epoch seconds.',
        },
        with_secret: {
          type: 'boolean',
          default: false,
          description: 'Only agents with a secret that has not expired: exceptions that should end.',
        },
        awaiting: {
          type: 'boolean',
          default: false,
          description: 'Only agents that the caller, or `owner`, has to accept.',
        },
        sort: { type: 'string', enum: AGENT_SORTS, default: 'created', description: 'Sort key.' },
        order: {
          type: 'string',
          enum: ['ascending', 'descending'],
          description: 'Default: newest first, names from A, unused longest first.',
        },
      },
    },
  ),
  listFindings: agents.read('/findings', 'Findings', 'List findings about agents and clients, most urgent first', {
    own: true,
    query: { limit: { ...PAGE.limit, description: 'Maximum number of agents of each kind.' } },
  }),
  getAgent: agents.read('/agents/{id}', 'Agent', 'Read an agent', OWN),
  getEffectiveAgent: agents.read(
    '/agents/{id}/effective',
    'EffectiveAgent',
    'Read what is in effect for an agent under the active version of its blueprint',
    OWN,
  ),
  updateAgent: agents.change('/agents/{id}', 'AgentChange', 'Agent', 'Change members of an agent', OWN),
  suspendAgent: agents.act(
    '/agents/{id}/suspend',
    'Agent',
    'Suspend an agent. Its tokens and credentials stop working',
    OWN,
  ),
  resumeAgent: agents.act('/agents/{id}/resume', 'Agent', 'Resume a suspended agent', OWN),
  retireAgent: agents.act('/agents/{id}/retire', 'Agent', 'Retire an agent permanently', OWN),
  verifyAgent: agents.act(
    '/agents/{id}/verify',
    'Agent',
    'Verify the name of an agent. Other agents cannot register a similar name',
    { roles: ADMINISTRATORS },
  ),
  unverifyAgent: agents.act('/agents/{id}/unverify', 'Agent', 'Remove the verification of a name', {
    roles: ADMINISTRATORS,
  }),
  acceptAgent: agents.act(
    '/agents/{id}/acceptance',
    'Agent',
    'Accept ownership of an agent: a pending agent, your own orphaned agent, or an agent offered to you. With If-Match, only the version you read is accepted',
    { own: true, ifMatch: 'may' },
  ),
  declineAgent: agents.act('/agents/{id}/refusal', 'Agent', 'Decline ownership of an agent', OWN),
  declareComposition: agents.create(
    '/agents/{id}/compositions',
    'DeclaredComposition',
    'Agent',
    'Declare the composition of an agent. Creates a new version unless it equals the last one',
    { own: true, status: 200 },
  ),
  listCompositions: agents.read(
    '/agents/{id}/compositions',
    'CompositionList',
    'List the compositions of an agent, newest first',
    OWN,
  ),
  allowAgentSecret: agents.create(
    '/agents/{id}/secret',
    'NewAgentSecret',
    'AgentSecret',
    'Allow an agent a secret as an exception, with a reason, for at most 90 days',
  ),
  rotateAgentSecret: agents.create(
    '/agents/{id}/rotate-secret',
    'AgentSecretRotation',
    'AgentSecret',
    'Rotate the secret of an agent. Its expiry stays the same',
    { own: true, status: 200 },
  ),
  listCredentials: agents.read('/agents/{id}/credentials', 'CredentialList', 'List the credentials of an agent', OWN),
  addCredential: agents.create(
    '/agents/{id}/credentials',
    'NewCredential',
    'Credential',
    'Add a credential to an agent',
    {
      own: true,
      status: 200,
    },
  ),
  suspendCredential: agents.act(
    '/agents/{id}/credentials/{credential}/suspend',
    'CredentialList',
    'Suspend a credential. The agent cannot authenticate with it until it is resumed',
    OWN,
  ),
  resumeCredential: agents.act(
    '/agents/{id}/credentials/{credential}/resume',
    'CredentialList',
    'Resume a suspended credential',
    OWN,
  ),
  removeCredential: agents.act(
    '/agents/{id}/credentials/{credential}/removal',
    'CredentialList',
    'Delete a credential of an agent permanently',
    OWN,
  ),
  rotateCredential: {
    method: 'POST',
    path: '/agents/{id}/credentials/{credential}/rotation',
    tag: 'agents',
    summary: 'Rotate the keys of a credential. The agent calls this itself, with a client assertion of the old key',
    policy: { not: 'the agent changes its own key, proven by the old one' },
    roles: [],
    isProvenByBody: true,
    body: 'CredentialRotation',
    status: 200,
    answer: 'Credential',
  },

  startInstance: instances.create(
    '/agents/{id}/instances',
    'NewInstance',
    'Instance',
    'Start an instance of an agent, or read the existing instance with this key',
    OWN_OR_SELF,
  ),
  listInstances: instances.read(
    '/agents/{id}/instances',
    'InstancePage',
    'List the instances of an agent, newest first. Ended instances stay listed for a month',
    { ...OWN_OR_SELF, query: PAGE },
  ),
  getInstance: instances.read(
    '/agents/{id}/instances/{instance}',
    'Instance',
    'Read an instance of an agent',
    OWN_OR_SELF,
  ),
  endInstance: {
    method: 'DELETE',
    path: '/agents/{id}/instances/{instance}',
    tag: 'instances',
    summary: 'End an instance of an agent permanently, with its refresh tokens. Other instances are not affected',
    scope: 'instances:write',
    policy: 'administer',
    roles: WRITERS,
    ...OWN_OR_SELF,
    status: 204,
  },

  createBlueprint: blueprints.create(
    '/blueprints',
    'NewBlueprint',
    'Blueprint',
    'Create a draft of a blueprint. It has no effect until it is activated',
  ),
  listBlueprints: blueprints.read('/blueprints', 'BlueprintPage', 'List blueprints, newest first', {
    query: {
      ...PAGE,
      state: { type: 'string', enum: ['draft', 'active', 'deprecated'], description: 'Only blueprints in this state.' },
    },
  }),
  getBlueprint: blueprints.read('/blueprints/{id}', 'Blueprint', 'Read a blueprint: the active version and the draft'),
  updateBlueprint: blueprints.change(
    '/blueprints/{id}',
    'BlueprintChange',
    'Blueprint',
    'Change name and purpose, and write the draft. `ceilings` replaces the whole draft',
  ),
  activateBlueprint: blueprints.act(
    '/blueprints/{id}/activate',
    'Blueprint',
    'Activate the draft of a blueprint for all its agents at once',
    { ifMatch: true },
  ),
  deprecateBlueprint: blueprints.act(
    '/blueprints/{id}/deprecate',
    'Blueprint',
    'Deprecate a blueprint. It accepts no new agents, and existing agents stay under it',
  ),
  listBlueprintVersions: blueprints.read(
    '/blueprints/{id}/versions',
    'BlueprintVersionPage',
    'List the versions of a blueprint, newest first',
    { query: PAGE },
  ),
  diffBlueprint: blueprints.read('/blueprints/{id}/diff', 'BlueprintDiff', 'Compare two versions', {
    query: {
      from: { type: 'integer', minimum: 0, maximum: 1_000_000, description: 'Default: the active version.' },
      to: { type: 'integer', minimum: 0, maximum: 1_000_000, description: 'Default: the draft.' },
    },
  }),
  previewBlueprint: blueprints.read(
    '/blueprints/{id}/preview',
    'AgentBreakPage',
    'List the agents that the draft would break, and how. A page may be shorter than requested',
    { query: PAGE },
  ),
} satisfies Readonly<Record<string, RouteDeclaration>>;
