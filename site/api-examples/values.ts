/**
 * Example values for the members of a request: those that the schema requires, with what its enums, bounds and names say. Tables
 * hold what a schema cannot say, such as what a name looks like, or which optional member makes a call useful.
 */

/** What this module reads of a JSON Schema. */
export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly minLength?: number;
};

/** Schemas of the document, by name. */
export type Schemas = Readonly<Record<string, Schema>>;

/** Characters after the prefix of an id; an example shows the form, and names no object. */
const ID_TAIL = 'hq3v4sxk7zcnw2rb6tdypaeuim';

const ID_PREFIXES: Readonly<Record<string, string>> = {
  accounts: 'acc_',
  sessions: 'ses_',
  groups: 'grp_',
  directories: 'dir_',
  'trusted-transmitters': 'trm_',
  signals: 'sgn_',
  'signal-receivers': 'rcv_',
  'signal-streams': 'sgs_',
  upstreams: 'upi_',
  'upstream-links': 'upl_',
  agents: 'agt_',
  blueprints: 'bpt_',
  'trusted-issuers': 'tis_',
  peers: 'per_',
  'account-links': 'lnk_',
  budgets: 'bud_',
  'policy-sets': 'pol_',
  grants: 'grt_',
  delegations: 'dlg_',
  transactions: 'trn_',
  approvals: 'apv_',
  absences: 'abs_',
  clients: 'app_',
  'initial-access-tokens': 'iat_',
  'resource-servers': 'rs_',
  webhooks: 'whk_',
  'dead-letters': '',
  kills: 'kil_',
  audit: '',
  // A recorded decision.
  policy: 'dec_',
  'audit-sinks': 'snk_',
  'successor-rules': 'suc_',
  'provisioning-targets': 'ptg_',
  findings: 'fnd_',
  reviews: 'rvw_',
  'review-items': 'rvi_',
  inventories: '',
  'inventory-entries': 'inv_',
  'response-rules': 'rrl_',
  responses: 'rsp_',
  'legal-holds': 'hld_',
  keys: '',
  'push-keys': 'vpk_',
  credential: 'crd_',
  instance: 'ins_',
};

/** An id of an object of `collection`, the first part of a path. Throws when the table above lacks the collection. */
export const exampleId = (collection: string): string => {
  const prefix = ID_PREFIXES[collection];
  if (prefix === undefined) {
    throw new Error(
      `no example of an id in /${collection}: add its prefix to ID_PREFIXES in site/api-examples/values.ts`,
    );
  }
  return `${prefix}${ID_TAIL}`;
};

const RESOURCE = 'https://api.example.com/invoices';
const SCOPE = 'invoices:read';
/** 2028-01-01, so that the examples are the same at each build. */
const LATER = 1_830_297_600;
const PUBLIC_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'YnEFnDSdBCCwihUQeelJhnfu1jRmk3Bm9kAN1UhzrlA',
  y: 'y3OUuBOUvCbNerHyWOUrt1lVey_TKPOSHqlhz_r6GM4',
};

/** Members that make a call useful although the schema does not require them. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  AccountChange: ['email'],
  AgentChange: ['purpose'],
  AgentSecretRotation: ['overlap_seconds'],
  BudgetChange: ['limit'],
  BlueprintChange: ['ceilings'],
  Ceilings: ['environments', 'max_access_token_seconds', 'max_agents'],
  ClientChange: ['redirect_uris'],
  DeclaredComposition: ['model', 'tools'],
  DelegationNarrowing: ['scope'],
  DirectoryChange: ['name'],
  GrantNarrowing: ['resources'],
  GroupChange: ['name'],
  FindingAdoption: ['purpose'],
  NewAgent: ['jwks'],
  NewClient: ['redirect_uris'],
  NewCredential: ['jwks'],
  NewInitialAccessToken: ['uses', 'expires_in'],
  NewKill: ['id'],
  PeerChange: ['name'],
  PolicyActivation: ['replaces'],
  PolicyReplay: ['policy'],
  PolicySetChange: ['note'],
  PolicySimulation: ['caller', 'subject', 'resource', 'scope'],
  NewReview: ['unused_for_days', 'reviewers', 'default'],
  ReviewDecision: ['remove'],
  NewSuccessorRule: ['manager', 'group'],
  SuccessorRuleChange: ['group'],
  ProvisioningTargetChange: ['name'],
  Reconcile: ['apply'],
  ResponseRuleChange: ['name'],
  ResponseRuleReplaying: ['days'],
  ResourceServerChange: ['access_token_ttl_seconds'],
  TrustedIssuerChange: ['name'],
  TrustedTransmitterChange: ['name'],
  UpstreamChange: ['name'],
  AuditSinkChange: ['name'],
  SignalReceiverChange: ['name'],
  SignalStreamReason: ['reason'],
  WebhookChange: ['kinds'],
};

/** Values by schema and member; they go before those by member alone. */
const OWN_VALUES: Readonly<Record<string, unknown>> = {
  'ApproverSimulation.agent': exampleId('agents'),
  'DelegationPair.scope': SCOPE,
  'NewAccount.name': 'Alice Example',
  'NewAccountLink.subject': '248289761001',
  'NewBlueprint.name': 'Finance agents',
  'NewBudget.name': 'Tokens a day',
  'NewBudget.subject': exampleId('agents'),
  'NewClient.name': 'Invoice app',
  'FindingAdoption.owner': 'alice',
  'FindingAdoption.purpose': 'Books invoices',
  'FindingDismissal.reason': 'A nightly export that ends in March',
  'FindingDismissal.until': LATER,
  'FindingQuarantine.reason': 'No one knows this client',
  'NewReview.name': 'Unused access, autumn',
  'NewReview.unused_for_days': 90,
  'NewReview.reviewers': 'manager',
  'NewReview.default': 'end',
  'ReviewDecision.decision': 'narrow',
  'ReviewDecision.remove': ['write'],
  'ReviewAssignment.to': 'alice',
  'StatedApp.external_id': '3f8c1b9a',
  'StatedApp.name': 'Report exporter',
  'NewGroup.name': 'Billing',
  'GroupChange.name': 'Billing and payments',
  'NewKill.reason': 'Its key was published',
  'NewKill.id': exampleId('agents'),
  'NewAgentSecret.reason': 'Its platform has no keys',
  'NewDirectorySecret.reason': 'It sends a static bearer token only',
  'KeyRevocation.reason': 'The key was copied',
  'NewLegalHold.reason': 'Case 12',
  'LegalHoldRelease.reason': 'Case 12 is settled',
  'NewDirectory.name': 'Head office',
  'DirectoryChange.name': 'Head office, Europe',
  'NewTrustedTransmitter.issuer': 'https://idp.example.com',
  'NewTrustedTransmitter.name': 'Identity provider',
  'TrustedTransmitterChange.name': 'Identity provider, Europe',
  'NewSuccessorRule.applies_to': '*',
  'NewSuccessorRule.group': exampleId('groups'),
  'SuccessorRuleChange.group': exampleId('groups'),
  'NewProvisioningTarget.name': 'Company directory',
  'NewProvisioningTarget.url': 'https://directory.example.com/scim/v2',
  'NewProvisioningTarget.token': 'token-of-the-target',
  'ProvisioningTargetChange.name': 'Company directory, Europe',
  'NewSignalReceiver.name': 'Mail',
  'SignalReceiverChange.name': 'Mail, Europe',
  'SignalStreamReason.reason': 'The receiver moves to another place',
  'NewPeer.issuer': 'https://as.partner.example',
  'NewPeer.name': 'Partner',
  'PeerChange.name': 'Partner, Europe',
  'ResponseRuleReplaying.days': 28,
  'NewResponseRule.name': 'Bursts of denials',
  'ResponseCondition.fact': 'denials_10_minutes',
  'ResponseCondition.at_least': 20,
  'NewResourceServer.name': 'Invoices',
  'NewTrustedIssuer.issuer': 'https://kubernetes.example.com',
  'NewTrustedIssuer.name': 'Cluster',
  'TrustedIssuerChange.name': 'Cluster, Europe',
  'NewUpstream.issuer': 'https://login.example.com',
  'NewUpstream.name': 'Company sign-in',
  'UpstreamChange.name': 'Company account',
  'NewUpstreamLink.subject': '248289761001',
  'NewWebhook.name': 'Approvals',
  'PolicySetChange.note': 'Finance agents only',
  'BreakGlassReview.note': 'The payment was due within the hour',
  'Scope.name': SCOPE,
  'Scope.description': 'Read invoices',
};

/** Values by member. */
const VALUES: Readonly<Record<string, unknown>> = {
  access_token_ttl_seconds: 300,
  account: exampleId('accounts'),
  accounts: [exampleId('accounts'), 'acc_b5nfj4qmxe2lsuw6gzrk3dhtyo'],
  caller: exampleId('agents'),
  client: exampleId('clients'),
  client_assertion: 'eyJhbGciOiJFUzI1NiJ9…',
  client_id: 'behalf',
  digest: `sha256:${'3f9a5c0d71b2e846'.repeat(4)}`,
  email: 'alice@example.com',
  environments: ['test', 'production'],
  event: ID_TAIL,
  expires_at: LATER,
  identifier: RESOURCE,
  jwk: PUBLIC_KEY,
  keys: [PUBLIC_KEY],
  kinds: ['approval.requested'],
  limit: 100,
  max_access_token_seconds: 300,
  max_agents: 20,
  members: [exampleId('accounts'), 'acc_b5nfj4qmxe2lsuw6gzrk3dhtyo'],
  model: 'example-large-3',
  name: 'Invoice agent',
  overlap_seconds: 3600,
  password: 'eleven quiet rivers of slate',
  peer: exampleId('peers'),
  policy: exampleId('policy-sets'),
  purpose: 'Reads invoices and prepares payments',
  redirect_uris: ['https://app.example.com/callback'],
  replaces: 3,
  resource: RESOURCE,
  resources: { [RESOURCE]: ['invoices:write'] },
  scope: [SCOPE],
  subject: exampleId('accounts'),
  text: 'permit (principal, action, resource);',
  token: 'eyJhbGciOiJSUzI1NiJ9…',
  tools: ['invoices.find', 'invoices.read'],
  upstream: exampleId('upstreams'),
  url: 'https://hooks.example.com/behalf',
  username: 'alice',
  uses: 10,
  window_seconds: 86_400,
};

/** The schema that `schema` names, and its name. Throws when the document has no such schema. */
export const resolved = (schema: Schema, schemas: Schemas): { readonly name: string; readonly schema: Schema } => {
  const name = schema.$ref?.split('/').at(-1) ?? '';
  if (name === '') return { name, schema };
  const found = schemas[name];
  if (!found) throw new Error(`openapi.json names the schema ${name} and does not have it`);
  return { name, schema: found };
};

/** A value that `schema` accepts. Throws for a required string without an example: add one to VALUES. */
export const exampleOf = (given: Schema, schemas: Schemas, owner = '', member = ''): unknown => {
  const own = OWN_VALUES[`${owner}.${member}`];
  if (own !== undefined) return own;
  const { name, schema } = resolved(given, schemas);
  if (schema.enum) return schema.enum[0];
  if (member in VALUES) return VALUES[member];
  if (schema.anyOf?.[0]) return exampleOf(schema.anyOf[0], schemas, owner, member);
  if (schema.properties) {
    const members = new Set([...(schema.required ?? []), ...(ALSO[name] ?? [])]);
    return Object.fromEntries(
      [...members].map((key) => [key, exampleOf(schema.properties?.[key] ?? {}, schemas, name, key)]),
    );
  }
  if (schema.items) return [exampleOf(schema.items, schemas, owner, member)];
  if (schema.default !== undefined) return schema.default;
  if (schema.type === 'boolean') return true;
  if (schema.type === 'integer') return schema.minimum ?? 1;
  throw new Error(`no example of ${owner}.${member}: add one to VALUES in site/api-examples/values.ts`);
};
