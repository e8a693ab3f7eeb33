/**
 * Which names belong to one concept: id prefixes, first segments of API paths, first words of commands, families of audit
 * events and sections of settings. docs/reference/names.md shows them; a test compares them with what there is.
 */
export type Concept = {
  readonly name: string;
  readonly means: string;
  readonly prefixes?: readonly string[];
  readonly paths?: readonly string[];
  readonly commands?: readonly string[];
  readonly events?: readonly string[];
  readonly settings?: readonly string[];
};

export const CONCEPTS: readonly Concept[] = [
  // People
  {
    name: 'account',
    means: 'a person who signs in here',
    prefixes: ['acc'],
    paths: ['accounts', 'me'],
    commands: ['accounts'],
    events: ['account'],
    settings: ['administrator', 'passwords'],
  },
  {
    name: 'second factor',
    means: 'a passkey, an authenticator app or recovery codes',
    prefixes: ['fac'],
    events: ['factor'],
  },
  {
    name: 'session',
    means: 'one browser in which a person is signed in',
    paths: ['sessions'],
    commands: ['sessions'],
    events: ['session'],
    settings: ['sessions'],
  },
  {
    name: 'group',
    means: 'accounts that own agents together, at least two',
    prefixes: ['grp'],
    paths: ['groups', 'owners'],
    commands: ['groups'],
    events: ['group'],
  },
  {
    name: 'upstream provider',
    means: 'an identity provider elsewhere at which people sign in',
    prefixes: ['upi'],
    paths: ['upstreams'],
    commands: ['upstreams'],
    events: ['upstream'],
  },
  {
    name: 'upstream link',
    means: 'which account a person of an upstream provider is',
    prefixes: ['upl'],
    paths: ['upstream-links'],
    events: ['upstream_link'],
  },
  // Clients
  {
    name: 'client',
    means: 'an OAuth client that is no agent',
    prefixes: ['app'],
    paths: ['clients'],
    commands: ['clients'],
    events: ['client'],
    settings: ['clientAuthentication', 'clientIdMetadata'],
  },
  {
    name: 'registration',
    means: 'a client or agent registers itself (RFC 7591)',
    events: ['registration'],
    commands: ['registration'],
    settings: ['registration'],
  },
  {
    name: 'initial access token',
    means: 'lets clients or agents register themselves for an owner',
    prefixes: ['iat'],
    paths: ['initial-access-tokens'],
  },
  {
    name: 'agent',
    means: 'a client that is an autonomous actor, with an owner, a purpose, an environment and a state',
    prefixes: ['agt'],
    paths: ['agents', 'findings'],
    commands: ['agents'],
    events: ['agent'],
    settings: ['agents'],
  },
  { name: 'agent credential', means: 'what an agent authenticates with', prefixes: ['crd'], events: ['credential'] },
  {
    name: 'instance',
    means: 'one running copy of an agent, with a key of its own',
    prefixes: ['ins'],
    events: ['instance'],
  },
  {
    name: 'blueprint',
    means: 'template and ceiling of agents, in versions',
    prefixes: ['bpt'],
    paths: ['blueprints'],
    commands: ['blueprints'],
    events: ['blueprint'],
  },
  {
    name: 'workload identity',
    means: 'an issuer whose workload tokens authenticate agents',
    prefixes: ['tis'],
    paths: ['trusted-issuers', 'workload-identity'],
    commands: ['workload-identity'],
    events: ['trusted_issuer'],
  },
  {
    name: 'peer',
    means: 'an authorization server of another organization (ID-JAG)',
    prefixes: ['per'],
    paths: ['peers'],
    commands: ['peers'],
    events: ['peer'],
  },
  {
    name: 'account link',
    means: 'which account a person of a peer is',
    prefixes: ['lnk'],
    paths: ['account-links'],
    events: ['account_link'],
  },
  {
    name: 'resource server',
    means: 'an API that accepts our access tokens and declares its scopes',
    prefixes: ['rs'],
    paths: ['resource-servers'],
    commands: ['resource-servers'],
    events: ['resource_server'],
  },
  // Authority
  { name: 'consent', means: 'a person’s answer that is remembered', prefixes: ['cns'], events: ['consent'] },
  {
    name: 'grant',
    means: 'what one authorization gave one client',
    prefixes: ['grt'],
    paths: ['grants'],
    commands: ['grants'],
    events: ['grant'],
  },
  {
    name: 'delegation',
    means: 'a grant to an agent, or a re-delegation below one',
    prefixes: ['dlg', 'dlr'],
    paths: ['delegations'],
    commands: ['delegations'],
    events: ['delegation'],
    settings: ['delegation'],
  },
  {
    name: 'transaction',
    means: 'one bounded piece of work; its id is the `txn` of every token and event in it',
    prefixes: ['txn'],
  },
  {
    name: 'token',
    means: 'an access, refresh or ID token',
    prefixes: ['tok'],
    events: ['token', 'introspection'],
    settings: ['tokens', 'dpop'],
  },
  {
    name: 'authorization request',
    means: 'what a client asks for at the authorization or device endpoint',
    prefixes: ['req'],
    events: ['authorization', 'device', 'request', 'requests'],
  },
  {
    name: 'decision',
    means: 'one answer about what may be held where, by whom and for whom',
    prefixes: ['dec'],
    events: ['decision'],
  },
  {
    name: 'denial',
    means: 'why a request was refused: layer, reason, remedies',
    prefixes: ['dny'],
    events: ['refusals'],
  },
  {
    name: 'policy set',
    means: 'all policies in one version, of which one is active',
    prefixes: ['pol'],
    paths: ['policy-sets', 'policy'],
    commands: ['policy'],
    events: ['policy'],
    settings: ['policy'],
  },
  {
    name: 'budget',
    means: 'how much is given within a sliding window',
    prefixes: ['bud'],
    paths: ['budgets'],
    commands: ['budgets'],
    events: ['budget'],
  },
  {
    name: 'kill',
    means:
      'ends all that belongs to an agent, owner, account, client or to everything, and blocks new access until it is lifted',
    prefixes: ['kil'],
    paths: ['kills'],
    commands: ['kill', 'kills'],
    events: ['kill'],
  },
  // Approvals
  {
    name: 'approval',
    means: 'people’s decision about one exact action of an agent',
    prefixes: ['apv', 'arq'],
    paths: ['approvals'],
    commands: ['approvals'],
    events: ['approval', 'break_glass'],
    settings: ['approvals'],
  },
  {
    name: 'standing approval',
    means: 'an approval of future actions',
    prefixes: ['sap'],
    events: ['standing_approval'],
  },
  {
    name: 'absence',
    means: 'a time in which a deputy decides for a person',
    prefixes: ['abs'],
    paths: ['absences'],
    commands: ['absences'],
    events: ['absence'],
  },
  // Notifications
  {
    name: 'webhook',
    means: 'an endpoint of another system that receives notifications',
    prefixes: ['whk'],
    paths: ['webhooks', 'dead-letters'],
    commands: ['webhooks'],
    events: ['webhook', 'notification'],
    settings: ['mail'],
  },
  {
    name: 'push subscription',
    means: 'a browser in which a person receives notifications',
    prefixes: ['psh', 'vpk'],
    paths: ['push-keys'],
    commands: ['push-keys'],
    events: ['push', 'push_key'],
    settings: ['push'],
  },
  // Operation
  {
    name: 'audit log',
    means: 'signed, chained events; one stream for each node',
    prefixes: ['nod'],
    paths: ['audit'],
    commands: ['audit'],
    events: ['audit', 'checkpoint', 'node'],
    settings: ['audit'],
  },
  { name: 'management API', means: 'what administrators, operators, auditors and owners call', events: ['management'] },
  {
    name: 'signing key',
    means: 'signs tokens',
    prefixes: ['key'],
    paths: ['keys'],
    commands: ['keys'],
    events: ['keys'],
    settings: ['keys'],
  },
  {
    name: 'store',
    means: 'where data is kept: backup, restore, export and import',
    commands: ['backup', 'restore', 'export', 'import'],
    events: ['store', 'volume'],
    settings: ['data', 'stores'],
  },
  {
    name: 'server',
    means: 'the process, its listeners and its limits',
    commands: ['serve', 'check-config'],
    settings: ['egress', 'issuer', 'limits', 'listen', 'log', 'operations'],
  },
];
