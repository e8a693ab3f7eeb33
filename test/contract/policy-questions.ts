/** Random policies, and questions about the same few names, so that they meet. */
import fc from 'fast-check';
import type {
  EntityName,
  EntityType,
  PolicyEntity,
  PolicyQuestion,
  PolicyValue,
} from '../../src/domain/ports/policy-engine.ts';

const one = (type: EntityType, ids: readonly string[]): fc.Arbitrary<EntityName> =>
  fc.constantFrom(...ids).map((id) => ({ type, id }));
const agent = one('Agent', ['agt_1', 'agt_2']);
const client = one('Client', ['app_1']);
const account = one('Account', ['acc_1', 'acc_2']);
const registration = one('Registration', ['reg_1', 'reg_2']);
const blueprint = one('Blueprint', ['bpt_1', 'bpt_2']);
const group = one('Group', ['grp_1', 'grp_2']);
const server = one('ResourceServer', ['rs_1', 'rs_2']);
const scope = one('Scope', ['https://a.example read', 'https://a.example write']);
const detail = one('DetailType', ['https://a.example pay']);

const text = ({ type, id }: EntityName) => `${type}::${JSON.stringify(id)}`;
const principals = fc.oneof(
  fc.constant('principal'),
  fc.constantFrom('principal', 'principal is Agent', 'principal is Client', 'principal is Account'),
  fc.constantFrom('principal is Registration'),
  fc.oneof(agent, client, account, registration).map((name) => `principal == ${text(name)}`),
  fc.oneof(blueprint, group, agent, account, registration).map((name) => `principal in ${text(name)}`),
  blueprint.map((name) => `principal is Agent in ${text(name)}`),
  fc.oneof(group, account).map((name) => `principal is Account in ${text(name)}`),
  fc.oneof(group, account).map((name) => `principal is Registration in ${text(name)}`),
);
const resources = fc.oneof(
  fc.constant('resource'),
  fc.constantFrom('resource', 'resource is Scope', 'resource is DetailType', 'resource is ResourceServer'),
  fc.oneof(scope, detail, server, blueprint).map((name) => `resource == ${text(name)}`),
  fc.oneof(server, scope, blueprint).map((name) => `resource in ${text(name)}`),
  fc.oneof(server, scope).map((name) => `resource is Scope in ${text(name)}`),
  server.map((name) => `resource is DetailType in ${text(name)}`),
);
const actions = fc.constantFrom(
  'action',
  'action',
  'action',
  'action == Action::"act"',
  'action in [Action::"act", Action::"delegate"]',
  'action in Action::"administer"',
  'action == Action::"approve"',
  'action in [Action::"register", Action::"administer"]',
  'action == Action::"register"',
);
/** Of some the evaluation fails: by overflow, or because what they read is not there. Many have none, so that heads decide. */
const conditions = fc.constantFrom(
  ...Array.from({ length: 9 }, () => ''),
  'when { context.hour >= 12 }',
  'when { context.consented && context.depth < 3 }',
  'when { context has amount && context.amount <= 50 }',
  'when { context has subject && context.subject in Group::"grp_1" }',
  'when { context has subject && context.subject.enabled }',
  'when { context has subject && principal == context.subject }',
  'when { context has source && context.source.isInRange(ip("10.0.0.0/8")) }',
  'when { context has assurance.acr && context.assurance.amr.contains("pwd") }',
  'unless { context has approval && context.approval.approvers >= 2 }',
  'when { context.actors.contains(Agent::"agt_2") }',
  'when { context.now * 9000000000000000000 > 0 }',
  'unless { context.depth * 9223372036854775807 > context.now }',
  'when { context.weekday + 9223372036854775807 > 0 || context.bound }',
  'when { [1, context.hour].contains(context.weekday) }',
  'when { context.route like "token*" }',
  'unless { context.bound }',
  'when { {"all": context}["all"].hour == 12 }',
  'when { context.kind == "agent" }',
  'when { context.owner || context.agent in Blueprint::"bpt_1" }',
  'when { context.credentials.contains("secret") || context.change }',
  'when { context.operation == "createGroup" && context has target && context.target == "grp_1" }',
  'when { principal in Group::"grp_1" }',
  'unless { principal in Account::"acc_1" || resource in ResourceServer::"rs_1" }',
  'when { action == Action::"act" || principal is Account in Group::"grp_2" }',
);
const ofAgents = fc.constantFrom(
  'when { principal.environment == "production" }',
  'when { principal has composition && principal.composition == "x" }',
  'when { principal in [Blueprint::"bpt_2", Blueprint::"bpt_3"] }',
  'when { principal.verified }',
  'unless { principal has composition }',
);
const ofScopes = fc.constantFrom(
  'when { resource.risk == "low" || resource.name == "write" }',
  'when { resource.server.management }',
  'when { resource in resource.server }',
  'when { resource.server.identifier like "https://a*" }',
);
export const policy = fc
  .tuple(
    fc.constantFrom('permit', 'permit', 'forbid'),
    principals,
    actions,
    resources,
    conditions,
    ofAgents,
    ofScopes,
    fc.nat(3),
  )
  .map(([effect, principal, action, resource, condition, more, other, which]) =>
    [
      `${effect} (${principal}, ${action}, ${resource}) ${condition}`,
      // What is read must be there for every kind that may come.
      which % 2 === 1 && principal.startsWith('principal is Agent') ? more : '',
      which > 1 && resource.startsWith('resource is Scope') && action.includes('act"') ? other : '',
    ].join(' '),
  );
const truth = fc.boolean();
const facts = fc.record<Record<string, PolicyValue | undefined>>(
  {
    route: fc.constantFrom('token_exchange', 'consent'),
    now: fc.constantFrom(1_700_000_000, 1_700_000_001),
    hour: fc.constantFrom(2, 12),
    weekday: fc.constantFrom(1, 2),
    delegated: truth,
    depth: fc.constantFrom(1, 4),
    actors: fc.array(agent, { maxLength: 2 }).map((names) => names.map((entity) => ({ entity }))),
    consented: truth,
    bound: truth,
    subject: account.map((entity) => ({ entity })),
    assurance: fc.constantFrom(
      { record: { acr: 'a', amr: ['pwd'], age: 5 } },
      { record: { acr: '', amr: [], age: 0 } },
    ),
    approval: fc.constantFrom({ record: { id: 'apr_1', approvers: 2 } }),
    source: fc
      .constantFrom('10.0.0.1', '::1', '2001:db8::1', '::ffff:10.0.0.1', '10.0.0.0/8')
      .map((network) => ({ network })),
    amount: fc.constantFrom(10, 100),
  },
  { requiredKeys: ['route', 'now', 'hour', 'weekday', 'delegated', 'depth', 'actors', 'consented', 'bound'] },
);

const registered = fc.record({
  kind: fc.constantFrom('agent', 'client'),
  via: fc.constantFrom('management', 'token'),
  change: truth,
  owner: fc.constantFrom('acc_1', ''),
  environment: fc.constantFrom('production', ''),
  credentials: fc.subarray(['jwks', 'secret']),
  roles: fc.constant([]),
});
const called = fc.record({
  operation: fc.constantFrom('createGroup', 'activatePolicySet'),
  scope: fc.constantFrom('groups:write'),
  risk: fc.constantFrom('high', 'critical'),
  target: fc.constantFrom(undefined, 'grp_1'),
});
const none = fc.constant({});
const approved = fc.record({
  agent: agent.map((entity) => ({ entity })),
  risk: fc.constantFrom('low', 'critical'),
  scopes: fc.subarray(['read', 'write']),
  owner: truth,
  self: truth,
  deputy: truth,
  consent: truth,
});
/** As the schema has it for each action. */
const contextOf = (action: PolicyQuestion['action']): fc.Arbitrary<Record<string, PolicyValue | undefined>> => {
  const more = { act: none, delegate: none, register: registered, approve: approved, administer: called }[action];
  return fc.tuple(facts, more).map(([one, other]) => ({ ...one, ...other }));
};

const some = <T>(from: readonly T[]) => fc.subarray([...from]);
export const rows: fc.Arbitrary<readonly PolicyEntity[]> = fc
  .record({
    environments: fc.constantFrom('production', 'test'),
    composition: fc.constantFrom(undefined, 'x', 'y'),
    blueprints: some(['bpt_1', 'bpt_2']),
    groups: some(['grp_1', 'grp_2']),
    answerable: fc.subarray<EntityName>([
      { type: 'Account', id: 'acc_1' },
      { type: 'Group', id: 'grp_2' },
    ]),
    enabled: truth,
    risk: fc.constantFrom('low', 'high'),
    at: server,
    management: truth,
    missing: fc.constantFrom<EntityType | undefined>(
      ...Array.from({ length: 6 }, () => undefined),
      'ResourceServer',
      'Account',
      'Agent',
    ),
  })
  .map(({ environments, composition, blueprints, groups, answerable, enabled, risk, at, management, missing }) => {
    const parents = (type: EntityType, ids: readonly string[]) => ids.map((id) => ({ type, id }));
    const all: readonly PolicyEntity[] = [
      ...['agt_1', 'agt_2'].map((id) => ({
        name: { type: 'Agent' as const, id },
        attributes: { environment: environments, owner: 'acc_1', verified: enabled, composition },
        parents: parents('Blueprint', blueprints),
      })),
      { name: { type: 'Client', id: 'app_1' }, attributes: { document: false, verified: enabled }, parents: [] },
      ...['acc_1', 'acc_2'].map((id) => ({
        name: { type: 'Account' as const, id },
        attributes: { enabled },
        parents: parents('Group', groups),
      })),
      ...['reg_1', 'reg_2'].map((id) => ({
        name: { type: 'Registration' as const, id },
        attributes: {},
        parents: answerable,
      })),
      ...['bpt_1', 'bpt_2'].map((id) => ({ name: { type: 'Blueprint' as const, id }, attributes: {}, parents: [] })),
      ...['rs_1', 'rs_2'].map((id) => ({
        name: { type: 'ResourceServer' as const, id },
        attributes: { identifier: 'https://a.example', management },
        parents: [],
      })),
      ...['read', 'write'].map((name) => ({
        name: { type: 'Scope' as const, id: `https://a.example ${name}` },
        attributes: { name, risk, server: { entity: at } },
        parents: [at],
      })),
      {
        name: { type: 'DetailType', id: 'https://a.example pay' },
        attributes: { name: 'pay', risk, server: { entity: at } },
        parents: [at],
      },
    ];
    return all.filter(({ name }) => name.type !== missing);
  });
export const question: fc.Arbitrary<PolicyQuestion> = fc
  .constantFrom<PolicyQuestion['action'][]>('act', 'act', 'delegate', 'administer', 'approve', 'register')
  .chain((action) =>
    fc.record({
      action: fc.constant(action),
      principal: fc.oneof({ weight: 3, arbitrary: agent }, client, account, registration),
      resource: fc.oneof({ weight: 3, arbitrary: scope }, detail, server, blueprint),
      context: contextOf(action),
    }),
  );

const PRINCIPALS: Readonly<Record<PolicyQuestion['action'], readonly EntityType[]>> = {
  act: ['Agent', 'Client'],
  delegate: ['Agent', 'Client'],
  register: ['Account', 'Client', 'Agent', 'Registration'],
  approve: ['Account'],
  administer: ['Account', 'Client', 'Agent'],
};
const RESOURCES: Readonly<Record<PolicyQuestion['action'], readonly EntityType[]>> = {
  act: ['Scope', 'DetailType'],
  delegate: ['Scope', 'DetailType'],
  register: ['Blueprint', 'ResourceServer'],
  approve: ['Scope', 'DetailType'],
  administer: ['ResourceServer'],
};

/** Questions that are as the schema wants them, for most of them to be answered at all. */
export const fitting = question.filter(
  ({ action, principal, resource }) =>
    PRINCIPALS[action].includes(principal.type) && RESOURCES[action].includes(resource.type),
);
