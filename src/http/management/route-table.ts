/**
 * Every route of the management API as data: what it takes, what it answers, which scope and roles it needs.
 * The router (router.ts), the checks (validation.ts) and the OpenAPI document (openapi.ts) are made from it,
 * so that they cannot disagree. What a route does stands in the file named after its noun.
 */
import type { Role } from '../../domain/accounts/account.ts';
import { AGENT_STATES } from '../../domain/agents/agent.ts';
import { AGENT_SORTS } from '../../domain/agents/agent-lists.ts';
import { ENVIRONMENTS } from '../../domain/agents/environment.ts';
import { AUDIT_EVENTS } from '../../domain/audit/audit-event.ts';
import { KILL_SCOPES } from '../../domain/revocation/kill.ts';
import type { ManagementScope } from './permissions.ts';
import type { JsonSchema } from './schema-parts.ts';

export type RouteDeclaration = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`; path parameters are `{id}`, and `{credential}` or `{instance}` below it. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Absent: any live token of this API will do. */
  readonly scope?: ManagementScope;
  /** Without an access token: the body holds the proof of who calls, and the handler checks it first of all. */
  readonly isProvenByBody?: true;
  /** Roles that may call. Empty: every caller. */
  readonly roles: readonly Role[];
  /** An account without such a role may call for its own agents and their delegations. */
  readonly own?: true;
  /** The agent that `{id}` names may call for itself. */
  readonly self?: true;
  readonly query?: Readonly<Record<string, JsonSchema>>;
  /** Name of the body's schema. */
  readonly body?: string;
  /** The body is lines of NDJSON, each of the schema `body`. */
  readonly lines?: true;
  /** Takes an `Idempotency-Key`. */
  readonly repeatable?: 'may' | 'must';
  /** Bytes of a body; where it is not the usual. */
  readonly largestBody?: number;
  /** PATCH: needs `If-Match`. */
  readonly ifMatch?: true;
  readonly status: 200 | 201 | 204;
  /** When it answers 202 instead, with the same schema. */
  readonly accepted?: string;
  /** Name of the answer's schema; 'ndjson' for a stream of lines; absent with 204. */
  readonly answer?: string;
};

const READERS = ['administrator', 'operator', 'auditor'] as const;
const WRITERS = ['administrator', 'operator'] as const;
const ADMINISTRATORS = ['administrator'] as const;

const id = (description: string): JsonSchema => ({ type: 'string', minLength: 1, maxLength: 128, description });
const PAGE = {
  limit: { type: 'integer', minimum: 1, maximum: 200, default: 50, description: 'Items on a page.' },
  cursor: { type: 'string', minLength: 1, maxLength: 1024, description: '`next` of the page before.' },
} satisfies Record<string, JsonSchema>;

/** Bytes: 512 KiB of text, and what JSON puts before quotes and ends of lines. */
const LONG_TEXT = 786_432;

type More = Partial<Omit<RouteDeclaration, 'method' | 'path' | 'tag' | 'summary'>>;

/** Makes the routes about one kind of thing; what `more` names differs from the usual. */
const about = (tag: string, readScope: ManagementScope, writeScope: ManagementScope) => ({
  read: (path: string, answer: string, summary: string, more: More = {}): RouteDeclaration => {
    return { method: 'GET', path, tag, summary, scope: readScope, roles: READERS, status: 200, answer, ...more };
  },
  create: (path: string, body: string, answer: string, summary: string, more: More = {}): RouteDeclaration => {
    const usual = { scope: writeScope, roles: WRITERS, body, status: 201, answer } as const;
    return { method: 'POST', path, tag, summary, ...usual, ...more };
  },
  change: (path: string, body: string, answer: string, summary: string, more: More = {}): RouteDeclaration => {
    const usual = { scope: writeScope, roles: WRITERS, body, ifMatch: true, status: 200, answer } as const;
    return { method: 'PATCH', path, tag, summary, ...usual, ...more };
  },
  act: (path: string, answer: string, summary: string, more: More = {}): RouteDeclaration => {
    return { method: 'POST', path, tag, summary, scope: writeScope, roles: WRITERS, status: 200, answer, ...more };
  },
});

const accounts = about('accounts', 'accounts:read', 'accounts:write');
const agents = about('agents', 'agents:read', 'agents:write');
const instances = about('instances', 'instances:read', 'instances:write');
const blueprints = about('blueprints', 'blueprints:read', 'blueprints:write');
const budgets = about('budgets', 'budgets:read', 'budgets:write');
const groups = about('groups', 'groups:read', 'groups:write');
const policies = about('policy sets', 'policies:read', 'policies:write');
const clients = about('clients', 'clients:read', 'clients:write');
const registration = about('initial access tokens', 'agents:read', 'agents:write');
const servers = about('resource servers', 'resource-servers:read', 'resource-servers:write');
const delegations = about('delegations', 'delegations:read', 'delegations:write');
const kills = about('kills', 'kills:read', 'kills:write');
const audit = about('audit', 'audit:read', 'audit:write');
const keys = about('keys', 'keys:read', 'keys:write');
const trustedIssuers = about('trusted issuers', 'trusted-issuers:read', 'trusted-issuers:write');
const peers = about('peers', 'peers:read', 'peers:write');
const OWN = { own: true } as const;
/** A POST that changes nothing: what is asked stands in its body. */
const READ = { scope: 'policies:read', roles: READERS, status: 200 } as const;
const OWN_OR_SELF = { own: true, self: true } as const;

const ROUTES = {
  getMe: {
    method: 'GET',
    path: '/me',
    tag: 'me',
    summary: 'Who the token stands for',
    roles: [],
    status: 200,
    answer: 'Me',
  },

  createAccount: accounts.create('/accounts', 'NewAccount', 'Account', 'Create an account'),
  listAccounts: accounts.read('/accounts', 'AccountPage', 'List accounts, newest first', {
    query: { ...PAGE, username: id('Only the account with this username.') },
  }),
  getAccount: accounts.read('/accounts/{id}', 'Account', 'Read an account'),
  updateAccount: accounts.change('/accounts/{id}', 'AccountChange', 'Account', 'Change members of an account'),
  disableAccount: accounts.act('/accounts/{id}/disable', 'Account', 'Disable an account; its sessions and tokens end'),
  enableAccount: accounts.act('/accounts/{id}/enable', 'Account', 'Enable an account again'),
  setAccountPassword: {
    method: 'POST',
    path: '/accounts/{id}/password',
    tag: 'accounts',
    summary: 'Set a password; all sessions of the account end',
    scope: 'accounts:write',
    roles: ADMINISTRATORS,
    body: 'NewPassword',
    status: 204,
  },
  removeAccountFactors: accounts.act(
    '/accounts/{id}/remove-factors',
    'Account',
    'Take all second factors of somebody who lost them; the password is enough then',
    { roles: ADMINISTRATORS },
  ),

  createAgent: agents.create('/agents', 'NewAgent', 'Agent', 'Register an agent', { own: true, repeatable: 'may' }),
  createAgents: agents.create(
    '/agents/bulk',
    'NewAgent',
    'ndjson',
    'Register up to 100,000 agents, one a line; each line is answered by one, in order, and the last one counts them',
    { own: true, lines: true, repeatable: 'must', status: 200 },
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
    'Answer for an agent: one that is pending, an orphan of your own, or one that was offered to you',
    OWN,
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
    roles: [],
    isProvenByBody: true,
    body: 'CredentialRotation',
    status: 200,
    answer: 'Credential',
  },

  createTrustedIssuer: trustedIssuers.create(
    '/trusted-issuers',
    'NewTrustedIssuer',
    'TrustedIssuer',
    'Trust an issuer of workload tokens',
  ),
  listTrustedIssuers: trustedIssuers.read(
    '/trusted-issuers',
    'TrustedIssuerPage',
    'List trusted issuers, newest first',
    {
      query: {
        ...PAGE,
        issuer: { type: 'string', minLength: 1, maxLength: 512, description: 'Only the one of exactly this issuer.' },
      },
    },
  ),
  getTrustedIssuer: trustedIssuers.read('/trusted-issuers/{id}', 'TrustedIssuer', 'Read a trusted issuer'),
  updateTrustedIssuer: trustedIssuers.change(
    '/trusted-issuers/{id}',
    'TrustedIssuerChange',
    'TrustedIssuer',
    'Change members of a trusted issuer',
  ),
  disableTrustedIssuer: trustedIssuers.act(
    '/trusted-issuers/{id}/disable',
    'TrustedIssuer',
    'Trust an issuer no more; its tokens are good for nothing',
  ),
  enableTrustedIssuer: trustedIssuers.act('/trusted-issuers/{id}/enable', 'TrustedIssuer', 'Trust an issuer again'),
  purgeTrustedIssuerKeys: trustedIssuers.act(
    '/trusted-issuers/{id}/purge-keys',
    'TrustedIssuer',
    'Use no key any more that was fetched up to now, on any node',
  ),
  testFederation: trustedIssuers.create(
    '/federation/test',
    'TokenToTest',
    'FederationTest',
    'Which agent a workload token stands for, or which check fails; the token is not kept',
    { scope: 'trusted-issuers:read', roles: READERS, status: 200 } as More,
  ),

  createPeer: peers.create('/peers', 'NewPeer', 'Peer', 'Make an authorization server of another domain a peer'),
  listPeers: peers.read('/peers', 'PeerPage', 'List peers, newest first', {
    query: {
      ...PAGE,
      issuer: { type: 'string', minLength: 1, maxLength: 512, description: 'Only the one of exactly this issuer.' },
    },
  }),
  getPeer: peers.read('/peers/{id}', 'Peer', 'Read a peer'),
  updatePeer: peers.change(
    '/peers/{id}',
    'PeerChange',
    'Peer',
    'Change members of a peer; `outbound` and `inbound` are replaced whole',
  ),
  disablePeer: peers.act('/peers/{id}/disable', 'Peer', 'Vouch for nobody there and take its word for nothing'),
  enablePeer: peers.act('/peers/{id}/enable', 'Peer', 'Make a peer count again'),
  purgePeerKeys: peers.act(
    '/peers/{id}/purge-keys',
    'Peer',
    'Use no key any more that was fetched up to now, on any node',
  ),
  createAccountLink: peers.create(
    '/account-links',
    'NewAccountLink',
    'AccountLink',
    'Say which person of a peer an account is',
  ),
  listAccountLinks: peers.read('/account-links', 'AccountLinkPage', 'List links to people of peers, newest first', {
    query: { ...PAGE, peer: id('Only of this peer.'), account: id('Only of this account.') },
  }),
  getAccountLink: peers.read('/account-links/{id}', 'AccountLink', 'Read a link'),
  removeAccountLink: {
    method: 'POST',
    path: '/account-links/{id}/remove',
    tag: 'peers',
    summary: 'Take a link away; tokens that rest on it are over at once',
    scope: 'peers:write',
    roles: WRITERS,
    status: 204,
  },

  startInstance: instances.create(
    '/agents/{id}/instances',
    'NewInstance',
    'Instance',
    'Start a running copy of an agent, or read the one with this key',
    OWN_OR_SELF,
  ),
  listInstances: instances.read(
    '/agents/{id}/instances',
    'InstancePage',
    'List the running copies of an agent, newest first; those that are over stay for a month',
    { ...OWN_OR_SELF, query: PAGE },
  ),
  getInstance: instances.read(
    '/agents/{id}/instances/{instance}',
    'Instance',
    'Read a running copy of an agent',
    OWN_OR_SELF,
  ),
  endInstance: {
    method: 'DELETE',
    path: '/agents/{id}/instances/{instance}',
    tag: 'instances',
    summary: 'End a running copy of an agent for good, with its refresh tokens; the others go on',
    scope: 'instances:write',
    roles: WRITERS,
    ...OWN_OR_SELF,
    status: 204,
  },

  createBudget: budgets.create('/budgets', 'NewBudget', 'Budget', 'Bound what is given within some time', {
    roles: ADMINISTRATORS,
  }),
  listBudgets: budgets.read('/budgets', 'BudgetPage', 'List budgets, newest first, with how much of each is gone', {
    query: { ...PAGE, subject: id('Only budgets about this agent, owner, account or delegation.') },
  }),
  getBudget: budgets.read('/budgets/{id}', 'Budget', 'Read a budget and how much of it is gone'),
  updateBudget: budgets.change('/budgets/{id}', 'BudgetChange', 'Budget', 'Change or disable a budget', {
    roles: ADMINISTRATORS,
  }),

  createGroup: groups.create('/groups', 'NewGroup', 'Group', 'Make a group of accounts that owns agents'),
  listGroups: groups.read('/groups', 'GroupPage', 'List groups that own agents, newest first', {
    own: true,
    query: { ...PAGE, name: id('Only the group of exactly this name.') },
  }),
  getGroup: groups.read('/groups/{id}', 'Group', 'Read a group that owns agents', OWN),
  updateGroup: groups.change('/groups/{id}', 'GroupChange', 'Group', 'Change the name or the members of a group'),

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

  createPolicySet: policies.create(
    '/policy-sets',
    'NewPolicySet',
    'PolicySet',
    'Draft a version of the policies; nothing of it counts yet',
    { largestBody: LONG_TEXT },
  ),
  listPolicySets: policies.read('/policy-sets', 'PolicySetPage', 'List policy sets, newest first', {
    query: PAGE,
  }),
  validatePolicies: policies.create(
    '/policy-sets/validation',
    'PolicyText',
    'PolicyValidation',
    'What is wrong with a text, and what could be; nothing is stored',
    { ...READ, largestBody: LONG_TEXT },
  ),
  getPolicySet: policies.read(
    '/policy-sets/{id}',
    'PolicySet',
    'Read a policy set by its id, by the number of its version, or the one that counts as `active`',
  ),
  updatePolicySet: policies.change(
    '/policy-sets/{id}',
    'PolicySetChange',
    'PolicySet',
    'Rewrite a draft; what was activated once cannot change',
    { largestBody: LONG_TEXT },
  ),
  activatePolicySet: policies.act(
    '/policy-sets/{id}/activation',
    'PolicySet',
    'Make a policy set the one that counts, at once on all nodes; one that counted before just the same',
    { roles: ADMINISTRATORS, ifMatch: true, body: 'PolicyActivation' },
  ),
  simulatePolicies: policies.create(
    '/policy/simulations',
    'PolicySimulation',
    'PolicySimulationResult',
    'Decide without a token: what would be given, what each layer says, and what would have to change',
    { ...READ, largestBody: LONG_TEXT },
  ),
  replayPolicies: policies.create(
    '/policy/replays',
    'PolicyReplay',
    'ndjson',
    'Run policies over recorded decisions: lines of PolicyReplayLine, of which the last is the summary',
    { ...READ, largestBody: LONG_TEXT },
  ),
  getPolicySchema: policies.read(
    '/policy/schema',
    'PolicySchema',
    'The schema policies are written against, and the set a new server starts with',
  ),

  createClient: clients.create('/clients', 'NewClient', 'Client', 'Register a client; a secret is shown this once'),
  listClients: clients.read('/clients', 'ClientPage', 'List clients, newest first', {
    query: { ...PAGE, owner: id('Only clients of this account.') },
  }),
  getClient: clients.read('/clients/{id}', 'Client', 'Read a client'),
  updateClient: clients.change('/clients/{id}', 'ClientChange', 'Client', 'Change members of a client'),
  disableClient: clients.act('/clients/{id}/disable', 'Client', 'Disable a client; nothing it holds works'),
  enableClient: clients.act('/clients/{id}/enable', 'Client', 'Enable a client again'),
  verifyClient: clients.act(
    '/clients/{id}/verify',
    'Client',
    'Verify the name of a client: nobody else registers one that looks like it',
    { roles: ADMINISTRATORS },
  ),
  unverifyClient: clients.act('/clients/{id}/unverify', 'Client', 'Take the mark of a verified name away', {
    roles: ADMINISTRATORS,
  }),
  rotateClientSecret: clients.act(
    '/clients/{id}/rotate-secret',
    'Client',
    'Replace the secret; the old one ends at once',
  ),

  adoptClient: clients.act(
    '/clients/{id}/adoption',
    'Client',
    'Answer from now on for a client that registered itself and has no owner',
    OWN,
  ),

  createInitialAccessToken: registration.create(
    '/initial-access-tokens',
    'NewInitialAccessToken',
    'InitialAccessToken',
    'Let agents or clients register themselves (RFC 7591); the token is shown this once',
    OWN,
  ),
  listInitialAccessTokens: registration.read(
    '/initial-access-tokens',
    'InitialAccessTokenPage',
    'List initial access tokens that have not expired, newest first',
    { own: true, query: { ...PAGE, owner: id('Only those of this account or group.') } },
  ),
  getInitialAccessToken: registration.read(
    '/initial-access-tokens/{id}',
    'InitialAccessToken',
    'Read an initial access token',
    OWN,
  ),
  revokeInitialAccessToken: registration.act(
    '/initial-access-tokens/{id}/revoke',
    'InitialAccessToken',
    'Revoke an initial access token',
    OWN,
  ),

  createResourceServer: servers.create(
    '/resource-servers',
    'NewResourceServer',
    'ResourceServer',
    'Register a resource server; a secret is shown this once',
  ),
  listResourceServers: servers.read('/resource-servers', 'ResourceServerPage', 'List resource servers, newest first', {
    query: {
      ...PAGE,
      identifier: { type: 'string', minLength: 1, maxLength: 512, description: 'Only the one with this identifier.' },
    },
  }),
  getResourceServer: servers.read('/resource-servers/{id}', 'ResourceServer', 'Read a resource server'),
  updateResourceServer: servers.change(
    '/resource-servers/{id}',
    'ResourceServerChange',
    'ResourceServer',
    'Change members of a resource server',
  ),
  disableResourceServer: servers.act(
    '/resource-servers/{id}/disable',
    'ResourceServer',
    'Disable a resource server; no token is issued for it',
  ),
  rotateResourceServerSecret: servers.act(
    '/resource-servers/{id}/rotate-secret',
    'ResourceServer',
    'Replace the introspection secret; the old one ends at once',
  ),

  listDelegations: delegations.read('/delegations', 'DelegationPage', 'List delegations, newest first', {
    own: true,
    query: {
      ...PAGE,
      subject: id('Only those for this account.'),
      actor: id('Only those of this agent.'),
      live: { type: 'boolean', default: false, description: 'Only those that work now.' },
    },
  }),
  getDelegation: delegations.read('/delegations/{id}', 'Delegation', 'Read a delegation', OWN),
  revokeDelegation: delegations.act(
    '/delegations/{id}/revoke',
    'Delegation',
    'End a delegation with all below it',
    OWN,
  ),

  createKill: kills.create(
    '/kills',
    'NewKill',
    'Kill',
    'Stop an agent, what an owner answers for, a person, a client, or everything, now and until it is lifted',
    { own: true, accepted: 'It counts here at once; `not_durable_yet` says what does not hold it yet.' },
  ),
  listKills: kills.read('/kills', 'KillPage', 'List kills, newest first', {
    own: true,
    query: {
      ...PAGE,
      scope: { type: 'string', enum: KILL_SCOPES, description: 'Only those of this scope; needs `id`, except `all`.' },
      id: id('Only those of this object.'),
      standing: { type: 'boolean', default: false, description: 'Only those that stand.' },
    },
  }),
  getKill: kills.read('/kills/{id}', 'Kill', 'Read a kill', OWN),
  liftKill: kills.act(
    '/kills/{id}/lift',
    'Kill',
    'Lift a kill, or sign that; of everything it takes two administrators, unchanged since the order',
    OWN,
  ),

  listAuditEvents: audit.read('/audit/events', 'AuditPage', 'List audit events, newest first', {
    query: {
      ...PAGE,
      type: { type: 'string', enum: Object.keys(AUDIT_EVENTS), description: 'Only events of this type.' },
      subject: id('Only events on behalf of this account.'),
      agent: id('Only events about this agent.'),
      caller: id('Only events caused by this account, client or agent.'),
      txn: id('Only events of this piece of work.'),
      delegation: id('Only events about this delegation.'),
      token_id: id('Only events about this token.'),
      from: { type: 'integer', minimum: 0, maximum: 99_999_999_999, description: 'First second, epoch seconds.' },
      to: { type: 'integer', minimum: 0, maximum: 99_999_999_999, description: 'Last second, epoch seconds.' },
    },
  }),
  exportAudit: audit.read(
    '/audit/export',
    'ndjson',
    'Export the audit trail, to be verified offline with `behalf audit verify`',
    {
      query: {
        personal: { type: 'boolean', default: false, description: 'With personal values that were not erased.' },
      },
    },
  ),
  eraseAuditValue: {
    method: 'POST',
    path: '/audit/erasures',
    tag: 'audit',
    summary: 'Erase a personal value of an event; the trail still verifies',
    scope: 'audit:write',
    roles: ADMINISTRATORS,
    body: 'AuditErasure',
    status: 204,
  },

  listKeys: keys.read('/keys', 'SigningKeys', 'List the signing keys', { roles: ['administrator', 'auditor'] }),
  rotateKeys: keys.act('/keys/rotations', 'SigningKeys', 'Make new signing keys', { roles: ADMINISTRATORS }),
  taintKey: keys.act('/keys/{id}/taint', 'SigningKeys', 'End a key that others may know, with all it signed', {
    roles: ADMINISTRATORS,
    body: 'KeyTaint',
  }),
} satisfies Readonly<Record<string, RouteDeclaration>>;

export type OperationId = keyof typeof ROUTES;

export const routeEntries = (): readonly (readonly [OperationId, RouteDeclaration])[] =>
  Object.entries(ROUTES) as [OperationId, RouteDeclaration][];
