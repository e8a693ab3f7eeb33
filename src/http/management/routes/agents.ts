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
    'Register up to 100,000 agents, one a line; each line is answered by one, in order, and the last one counts them',
    { policy: 'register', own: true, lines: true, repeatable: 'must', status: 200 },
  ),
  listAgents: agents.read(
    '/agents',
    'AgentPage',
    'List agents; a page may be shorter than asked for, and still have a next one',
    {
      own: true,
      query: {
        ...PAGE,
        owner: id('Only agents of this account or group: an id, a username or the name of a group.'),
        state: { type: 'string', enum: AGENT_STATES, description: 'Only agents in this state.' },
        environment: { type: 'string', enum: ENVIRONMENTS, description: 'Only agents that run there.' },
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
          description: 'Only agents that got no token since; the one unused longest first. Epoch seconds.',
        },
        with_secret: {
          type: 'boolean',
          default: false,
          description: 'Only agents that were allowed a secret whose time is not over: exceptions that should end.',
        },
        awaiting: {
          type: 'boolean',
          default: false,
          description: 'Only agents that wait for the caller, or for `owner`, to accept them.',
        },
        sort: { type: 'string', enum: AGENT_SORTS, default: 'created', description: 'In which order.' },
        order: {
          type: 'string',
          enum: ['ascending', 'descending'],
          description: 'Default: newest first, names from A, unused longest first.',
        },
      },
    },
  ),
  listFindings: agents.read('/findings', 'Findings', 'What about agents is worth a look, the most urgent first', {
    own: true,
    query: { limit: { ...PAGE.limit, description: 'Agents of each kind.' } },
  }),
  getAgent: agents.read('/agents/{id}', 'Agent', 'Read an agent', OWN),
  getEffectiveAgent: agents.read(
    '/agents/{id}/effective',
    'EffectiveAgent',
    'What of an agent counts, under its blueprint as that is now',
    OWN,
  ),
  updateAgent: agents.change('/agents/{id}', 'AgentChange', 'Agent', 'Change members of an agent', OWN),
  suspendAgent: agents.act('/agents/{id}/suspend', 'Agent', 'Suspend an agent; nothing it holds works', OWN),
  resumeAgent: agents.act('/agents/{id}/resume', 'Agent', 'Resume a suspended agent', OWN),
  retireAgent: agents.act('/agents/{id}/retire', 'Agent', 'Retire an agent for good', OWN),
  verifyAgent: agents.act(
    '/agents/{id}/verify',
    'Agent',
    'Verify the name of an agent: nobody else registers one that looks like it',
    { roles: ADMINISTRATORS },
  ),
  unverifyAgent: agents.act('/agents/{id}/unverify', 'Agent', 'Take the mark of a verified name away', {
    roles: ADMINISTRATORS,
  }),
  acceptAgent: agents.act(
    '/agents/{id}/acceptance',
    'Agent',
    'Answer for an agent: one that is pending, an orphan of your own, or one that was offered to you; with the ETag of what you read, for nothing else',
    { own: true, ifMatch: 'may' },
  ),
  declineAgent: agents.act('/agents/{id}/refusal', 'Agent', 'Do not answer for an agent that waits for you', OWN),
  declareComposition: agents.create(
    '/agents/{id}/compositions',
    'DeclaredComposition',
    'Agent',
    'Declare what an agent is made of: a new version, unless it is the same as the last',
    { own: true, status: 200 },
  ),
  listCompositions: agents.read(
    '/agents/{id}/compositions',
    'CompositionList',
    'What an agent was made of, newest first',
    OWN,
  ),
  allowAgentSecret: agents.create(
    '/agents/{id}/secret',
    'NewAgentSecret',
    'AgentSecret',
    'Allow an agent a secret, as an exception: for a reason, and for at most 90 days',
  ),
  rotateAgentSecret: agents.create(
    '/agents/{id}/rotate-secret',
    'AgentSecretRotation',
    'AgentSecret',
    'Change the secret of an agent for another; the end stays where it was',
    { own: true, status: 200 },
  ),
  listCredentials: agents.read('/agents/{id}/credentials', 'CredentialList', 'What an agent proves itself with', OWN),
  addCredential: agents.create(
    '/agents/{id}/credentials',
    'NewCredential',
    'Credential',
    'Give an agent a credential',
    {
      own: true,
      status: 200,
    },
  ),
  suspendCredential: agents.act(
    '/agents/{id}/credentials/{credential}/suspend',
    'CredentialList',
    'Stop a credential; it proves nothing until it is resumed',
    OWN,
  ),
  resumeCredential: agents.act(
    '/agents/{id}/credentials/{credential}/resume',
    'CredentialList',
    'Let a stopped credential count again',
    OWN,
  ),
  removeCredential: agents.act(
    '/agents/{id}/credentials/{credential}/removal',
    'CredentialList',
    'Take a credential from an agent for good',
    OWN,
  ),
  rotateCredential: {
    method: 'POST',
    path: '/agents/{id}/credentials/{credential}/rotation',
    tag: 'agents',
    summary: 'Change the keys of a credential for new ones: the agent itself, with a client assertion of the old key',
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
    'Start an instance of an agent, or read the one with this key',
    OWN_OR_SELF,
  ),
  listInstances: instances.read(
    '/agents/{id}/instances',
    'InstancePage',
    'List the instances of an agent, newest first; those that are over stay for a month',
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
    summary: 'End an instance of an agent for good, with its refresh tokens; the others go on',
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
    'Draft a blueprint; nothing of it counts yet',
  ),
  listBlueprints: blueprints.read('/blueprints', 'BlueprintPage', 'List blueprints, newest first', {
    query: {
      ...PAGE,
      state: { type: 'string', enum: ['draft', 'active', 'deprecated'], description: 'Only blueprints in this state.' },
    },
  }),
  getBlueprint: blueprints.read('/blueprints/{id}', 'Blueprint', 'Read a blueprint: what counts, and the draft'),
  updateBlueprint: blueprints.change(
    '/blueprints/{id}',
    'BlueprintChange',
    'Blueprint',
    'Change the words, and write the draft; `ceilings` replaces the whole draft',
  ),
  activateBlueprint: blueprints.act(
    '/blueprints/{id}/activate',
    'Blueprint',
    'Make the draft count for all agents of the blueprint, at once',
    { ifMatch: true },
  ),
  deprecateBlueprint: blueprints.act(
    '/blueprints/{id}/deprecate',
    'Blueprint',
    'Take no new agents; those there are stay under it',
  ),
  listBlueprintVersions: blueprints.read(
    '/blueprints/{id}/versions',
    'BlueprintVersionPage',
    'List the versions of a blueprint, newest first',
    { query: PAGE },
  ),
  diffBlueprint: blueprints.read('/blueprints/{id}/diff', 'BlueprintDiff', 'How two versions differ', {
    query: {
      from: { type: 'integer', minimum: 0, maximum: 1_000_000, description: 'Default: the version that counts.' },
      to: { type: 'integer', minimum: 0, maximum: 1_000_000, description: 'Default: the draft.' },
    },
  }),
  previewBlueprint: blueprints.read(
    '/blueprints/{id}/preview',
    'AgentBreakPage',
    'Which agents the draft would break, and how; a page may have fewer items than asked for',
    { query: PAGE },
  ),
} satisfies Readonly<Record<string, RouteDeclaration>>;
