/**
 * Which names belong to one concept: collections, id prefixes, first segments of API paths, first words of commands, families of
 * audit events and sections of settings. docs/reference/names.md shows them; a test compares them with what there is.
 */
import { COLLECTIONS } from '../../src/compose/collections.ts';
import type { OwnedCollection } from '../../src/domain/ports/owned-collection.ts';

type Name = (typeof COLLECTIONS)[number]['name'];

export type Concept = {
  readonly name: string;
  readonly means: string;
  readonly collections?: readonly Name[];
  readonly prefixes?: readonly string[];
  readonly paths?: readonly string[];
  readonly commands?: readonly string[];
  readonly events?: readonly string[];
  readonly settings?: readonly string[];
};

/**
 * Prefixes and events are those that no collection declares, and those of parts of documents that are a concept of their own.
 * `CONCEPTS` adds the rest.
 */
const DECLARED: readonly Concept[] = [
  // People
  {
    name: 'account',
    means: 'a person who signs in here',
    collections: ['accounts', 'mail_links', 'offboardings'],
    paths: ['accounts', 'me'],
    commands: ['accounts'],
    settings: ['administrator', 'passwords'],
  },
  {
    name: 'second factor',
    means: 'a passkey, an authenticator app or recovery codes',
    collections: ['factors'],
  },
  {
    name: 'session',
    means: 'one browser in which a person is signed in',
    collections: ['sessions'],
    paths: ['sessions'],
    commands: ['sessions', 'login', 'logout', 'whoami', 'context'],
    settings: ['sessions'],
  },
  {
    name: 'group',
    means: 'accounts that own agents together, at least two',
    collections: ['groups'],
    paths: ['groups', 'owners'],
    commands: ['groups'],
  },
  {
    name: 'successor rule',
    means: 'who is asked to own the agents of an account that leaves',
    collections: ['successor_rules', 'successions'],
    paths: ['successor-rules'],
    commands: ['successor-rules'],
  },
  {
    name: 'directory',
    means: 'a system that provisions accounts here over SCIM',
    collections: [
      'directories',
      'directory_accounts',
      'directory_agents',
      'directory_activity',
      'directory_groups',
      'directory_memberships',
      'group_changes',
      'directory_dry_runs',
      'directory_secrets',
    ],
    paths: ['directories'],
    commands: ['directories'],
  },
  {
    name: 'provisioning target',
    means: 'a directory elsewhere that has the agents of this server and their owners',
    collections: ['provisioning_targets', 'provisioning_states', 'provisioned_objects'],
    paths: ['provisioning-targets'],
    commands: ['provisioning-targets'],
  },
  {
    name: 'inventory entry',
    means: 'an app as the inventory of another system lists it',
    collections: ['inventory_entries'],
    paths: ['inventories', 'inventory-entries'],
    commands: ['inventory'],
  },
  {
    name: 'finding',
    means: 'something about an agent, client or API that needs a decision of a person, with a score in parts',
    collections: ['findings', 'client_activity', 'discovery_states'],
    paths: ['findings'],
    commands: ['findings'],
  },
  {
    name: 'access review',
    means: 'which delegations people should keep, narrow, transfer or end, who decides, and until when',
    collections: ['reviews', 'review_allowance', 'scope_use'],
    paths: ['reviews'],
    commands: ['reviews'],
  },
  {
    name: 'review item',
    means: 'one delegation in an access review, and what was decided about it',
    collections: ['review_items'],
    paths: ['review-items'],
    commands: ['review-items'],
  },
  {
    name: 'response rule',
    means:
      'a rule by which the server notifies about an agent, restricts or suspends it, when the agent behaves unlike itself',
    collections: ['response_rules', 'agent_facts', 'person_facts', 'fleet_networks'],
    paths: ['response-rules'],
    commands: ['response-rules'],
  },
  {
    name: 'response',
    means: 'what a response rule did to one agent, and why',
    collections: ['responses', 'response_brake'],
    paths: ['responses'],
    commands: ['responses'],
  },
  {
    name: 'signal receiver',
    means: 'a system that receives security events over Shared Signals',
    collections: ['signal_receivers'],
    paths: ['signal-receivers'],
    commands: ['signal-receivers'],
  },
  {
    name: 'signal stream',
    means: 'the security events that one receiver configured',
    collections: ['signal_streams', 'signal_stream_states'],
    paths: ['signal-streams'],
    commands: ['signal-streams'],
  },
  {
    name: 'trusted transmitter',
    means: 'a system elsewhere whose security events have effects here',
    collections: ['trusted_transmitters', 'transmitter_activity', 'transmitter_polls'],
    paths: ['trusted-transmitters'],
    commands: ['trusted-transmitters'],
  },
  {
    name: 'signal',
    means: 'a security event about one person that a trusted transmitter sent',
    collections: ['signals', 'account_signals'],
    paths: ['signals'],
  },
  {
    name: 'upstream provider',
    means: 'an identity provider elsewhere at which people sign in',
    collections: ['upstreams'],
    paths: ['upstreams'],
    commands: ['upstreams'],
  },
  {
    name: 'upstream link',
    means: 'which account a person of an upstream provider is',
    collections: ['upstream_links'],
    paths: ['upstream-links'],
  },
  // Clients
  {
    name: 'client',
    means: 'an OAuth client that is no agent',
    collections: ['clients', 'client_snapshots', 'verified_names'],
    paths: ['clients'],
    commands: ['clients'],
    settings: ['clientAuthentication', 'clientIdMetadata'],
  },
  {
    name: 'registration',
    means: 'a client or agent registers itself (RFC 7591)',
    collections: ['registrations', 'repeatable_registrations'],
    commands: ['registration'],
    settings: ['registration'],
  },
  {
    name: 'initial access token',
    means: 'lets clients or agents register themselves for an owner',
    collections: ['initial_access_tokens'],
    paths: ['initial-access-tokens'],
  },
  {
    name: 'agent',
    means: 'a client that is an autonomous actor, with an owner, a purpose, an environment and a state',
    collections: ['agents', 'agent_use', 'hand_overs'],
    paths: ['agents'],
    commands: ['agents'],
    settings: ['agents'],
  },
  {
    name: 'agent credential',
    means: 'what an agent authenticates with',
    collections: ['credential_use'],
    prefixes: ['crd'],
    events: ['credential'],
  },
  {
    name: 'instance',
    means: 'one running process of an agent, with a key of its own',
    collections: ['instances', 'instance_slots'],
  },
  {
    name: 'blueprint',
    means: 'template and ceiling of agents, in versions',
    collections: ['blueprints', 'blueprint_versions'],
    paths: ['blueprints'],
    commands: ['blueprints'],
  },
  {
    name: 'workload identity',
    means: 'an issuer whose workload tokens authenticate agents',
    collections: ['trusted_issuers'],
    paths: ['trusted-issuers', 'workload-identity'],
    commands: ['workload-identity'],
  },
  {
    name: 'peer',
    means: 'an authorization server of another organization (ID-JAG)',
    collections: ['peers'],
    paths: ['peers'],
    commands: ['peers'],
  },
  {
    name: 'account link',
    means: 'which account a person of a peer is',
    collections: ['account_links', 'ended_account_links'],
    paths: ['account-links'],
  },
  {
    name: 'resource server',
    means: 'an API that accepts our access tokens and declares its scopes',
    collections: ['resource_servers'],
    paths: ['resource-servers', 'mcp-servers'],
    commands: ['resource-servers', 'mcp'],
  },
  {
    name: 'gateway',
    means: 'a reverse proxy that lets a request through to an API only if its token allows it',
    commands: ['gateway'],
  },
  {
    name: 'report',
    means: 'what a resource server states that it did with a token',
    collections: ['report_claims'],
  },
  {
    name: 'status list',
    means: 'which access tokens of a resource server have ended, as signed bits (Token Status List)',
    collections: ['status_list_entries'],
  },
  // Authority
  { name: 'consent', means: 'a person’s answer that is remembered', collections: ['consents', 'asked_again'] },
  {
    name: 'grant',
    means: 'what one authorization gave one client',
    collections: ['grants', 'grant_use'],
    paths: ['grants'],
    commands: ['grants'],
  },
  {
    name: 'delegation',
    means: 'a grant to an agent, or a re-delegation below one',
    collections: ['delegations', 'kept_delegations'],
    prefixes: ['dlr'],
    paths: ['delegations'],
    commands: ['delegations'],
    settings: ['delegation'],
  },
  {
    name: 'transaction',
    means: 'one bounded task; its id is the `txn` of every token and event in it',
    collections: ['transactions'],
    prefixes: ['txn'],
    paths: ['transactions'],
    commands: ['transactions'],
  },
  {
    name: 'token',
    means: 'an access, refresh or ID token',
    collections: ['provider_records', 'revoked_tokens', 'consumptions'],
    events: ['introspection'],
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
    collections: ['policy_sets', 'active_policy'],
    paths: ['policy-sets', 'policy'],
    commands: ['policy'],
    settings: ['policy'],
  },
  {
    name: 'budget',
    means: 'how much is given within a sliding window',
    collections: ['budgets', 'budget_mark', 'budget_use'],
    paths: ['budgets'],
    commands: ['budgets'],
  },
  {
    name: 'kill',
    means:
      'ends all that belongs to an agent, owner, account, client or to everything, and blocks new access until it is lifted',
    collections: ['kills', 'epochs'],
    paths: ['kills', 'kill-preview'],
    commands: ['kill', 'kills'],
  },
  // Approvals
  {
    name: 'approval',
    means: 'people’s decision about one exact action of an agent',
    collections: ['approvals', 'access_requests'],
    paths: ['approvals'],
    commands: ['approvals'],
    settings: ['approvals'],
  },
  {
    name: 'step-up',
    means: 'a fresh sign-in that a person confirms for one authorization, party and API',
    events: ['step_up'],
  },
  {
    name: 'standing approval',
    means: 'an approval of future actions',
    collections: ['standing_approvals'],
  },
  {
    name: 'absence',
    means: 'a time in which a deputy decides for a person',
    collections: ['absences'],
    paths: ['absences'],
    commands: ['absences'],
  },
  // Notifications
  {
    name: 'webhook',
    means: 'an endpoint of another system that receives notifications',
    collections: ['webhooks', 'notifications', 'notification_choices', 'deliveries', 'delivery_queues'],
    paths: ['webhooks', 'dead-letters'],
    commands: ['webhooks'],
    settings: ['mail'],
  },
  {
    name: 'legal hold',
    means: 'an order to keep records of the audit log in the store',
    collections: ['legal_holds'],
    paths: ['legal-holds'],
    commands: ['legal-holds'],
  },
  {
    name: 'audit sink',
    means: 'another system, or a file, that receives every audit event',
    collections: ['audit_sinks', 'audit_sink_cursors'],
    paths: ['audit-sinks'],
    commands: ['audit-sinks'],
  },
  {
    name: 'push subscription',
    means: 'a browser in which a person receives notifications',
    collections: ['push_subscriptions', 'push_keys'],
    paths: ['push-keys'],
    commands: ['push-keys'],
    settings: ['push'],
  },
  // Operation
  {
    name: 'audit log',
    means: 'signed, chained events; one stream for each node',
    collections: [
      'audit_records',
      'audit_beginning',
      'audit_search_index',
      'audit_search_postings',
      'outcome_counts',
      'nodes',
    ],
    paths: ['audit'],
    commands: ['audit'],
    settings: ['audit'],
  },
  {
    name: 'transparency log',
    means: 'one Merkle tree over the records of all nodes, with signed checkpoints',
    collections: [
      'transparency_logs',
      'transparency_log_bundles',
      'transparency_log_tiles',
      'transparency_log_checkpoints',
    ],
    prefixes: ['log'],
    events: ['transparency_log'],
  },
  {
    name: 'witness',
    means: 'a process apart from the server that cosigns a checkpoint of a log if its tree contains the one before',
    commands: ['witness'],
    events: ['witness'],
  },
  { name: 'brand', means: 'name, logo, colour and links of the operator on pages', settings: ['brand'] },
  { name: 'management API', means: 'what administrators, operators, auditors and owners call', events: ['management'] },
  {
    name: 'signing key',
    means: 'signs tokens',
    collections: ['signing_keys'],
    paths: ['keys'],
    commands: ['keys'],
    settings: ['keys'],
  },
  {
    name: 'store',
    means: 'where data is kept: backup, restore, export and import',
    paths: ['server'],
    collections: ['imports', 'migrations'],
    commands: ['backup', 'restore', 'export', 'import'],
    events: ['store', 'volume'],
    settings: ['data', 'stores'],
  },
  {
    name: 'server',
    means: 'the process, its listeners and its limits',
    collections: ['installation', 'turns'],
    commands: ['serve', 'server', 'check-config', 'config', 'init', 'version', 'completion'],
    settings: ['egress', 'issuer', 'limits', 'listen', 'log', 'operations'],
  },
];

const named = (member: 'prefixes' | 'events'): ReadonlySet<string> =>
  new Set(DECLARED.flatMap((concept) => concept[member] ?? []));

const OF_PARTS = { prefixes: named('prefixes'), events: named('events') } as const;

const ofCollections = ({ collections = [] }: Concept, member: 'prefixes' | 'events'): readonly string[] =>
  collections
    .flatMap((name) => COLLECTIONS.filter((one) => one.name === name) as readonly OwnedCollection[])
    .flatMap((collection) => collection[member])
    .filter((name) => !OF_PARTS[member].has(name));

export const CONCEPTS: readonly Concept[] = DECLARED.map((concept) => ({
  ...concept,
  prefixes: [...ofCollections(concept, 'prefixes'), ...(concept.prefixes ?? [])],
  events: [...ofCollections(concept, 'events'), ...(concept.events ?? [])],
}));
