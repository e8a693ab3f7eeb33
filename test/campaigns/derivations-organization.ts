/** Random organizations for `derivations`: for the model as they are, for the server as registers and Cedar text. */

import type { Agent } from '../../src/domain/clients/agents/agent.ts';
import { effectiveAgent } from '../../src/domain/clients/agents/effective-agent.ts';
import type { Ceilings } from '../../src/domain/clients/blueprints/ceilings.ts';
import type { Client } from '../../src/domain/clients/clients/client.ts';
import type { Grant } from '../../src/domain/ports/grants.ts';
import type { PolicyEngine } from '../../src/domain/ports/policy-engine.ts';
import { checkDetailTypes } from '../../src/domain/resources/authorization-details/check-detail-types.ts';
import { MULTI_FACTOR } from '../../src/domain/vocabulary/assurance.ts';
import type { Environment } from '../../src/domain/vocabulary/environment.ts';
import type { ScopesByResource } from '../../src/domain/vocabulary/scope-sets.ts';
import { account, agent, resourceServer } from '../unit/token-exchange/fakes.ts';
import type { Random } from './campaign.ts';
import { declared, nested, newDetail, newTypes } from './derivations-details.ts';
import type {
  FlatDetails,
  ModelAgent,
  ModelClient,
  ModelServer,
  Organization,
  Risk,
  Rule,
} from './derivations-world.ts';

const RISKS: readonly Risk[] = ['low', 'medium', 'high', 'critical'];
const ENVIRONMENTS: readonly Environment[] = ['development', 'test', 'production'];
const SCOPES = ['read', 'write', 'send', 'pay', 'delete'];
const GROUPS = ['finance', 'sales'];
const HUB = 'https://hub.example';
const BLUEPRINTS = ['bpt_one', 'bpt_two'];

export const newOrganization = (random: Random): Organization => {
  const some = <T>(from: readonly T[], probability = 0.6): readonly T[] =>
    from.filter(() => random.chance(probability));
  const maybe = <T>(probability: number, make: () => T): T | undefined =>
    random.chance(probability) ? make() : undefined;
  const ids = Array.from({ length: 3 + random.integer(11) }, (_, index) => `agt_${index}`);
  const services = ['mail', 'pay', 'files'].map(
    (name): ModelServer => ({
      id: `rs_${name}`,
      identifier: `https://${name}.example`,
      scopes: Object.fromEntries(some(SCOPES, 0.7).map((scope) => [scope, random.pick(RISKS)])),
      types: newTypes(random, RISKS),
      ...defined({ environments: maybe(0.15, () => some(ENVIRONMENTS)) }),
    }),
  );
  const ofAgents = ids.map(
    (id): ModelServer => ({ id: `rs_${id}`, identifier: `https://${id}.example`, scopes: { call: 'low' }, types: [] }),
  );
  // All agents are registered as the hub, so that what is handed on there can go through many hands.
  const servers = [
    ...services,
    ...ofAgents,
    { id: 'rs_hub', identifier: HUB, scopes: { call: 'low', read: 'medium' } as const, types: newTypes(random, RISKS) },
  ];
  const authority = (): ScopesByResource =>
    Object.fromEntries(
      servers
        .filter(({ identifier }) => isOfAgents(identifier) || random.chance(0.9))
        .map(({ identifier, scopes }) => [identifier, random.chance(0.7) ? ['*'] : some(Object.keys(scopes), 0.85)]),
    );
  const blueprints = BLUEPRINTS.map((id) => ({
    id,
    ...defined({
      authority: maybe(0.5, authority),
      approvals: maybe(0.2, () => ({
        [random.pick(services).identifier]: random.chance(0.3) ? ['*'] : some(SCOPES, 0.3),
      })),
      maxSeconds: maybe(0.3, () => 60 + random.integer(400)),
      detailTypes: maybe(0.2, () => some(['payment', 'standing-order', 'files', 'folder'], 0.7)),
    }),
  }));
  const agents = ids.map(
    (id): ModelAgent => ({
      id,
      environment: random.pick(ENVIRONMENTS),
      at: [`https://${id}.example`, HUB],
      ...defined({ authority: maybe(0.3, authority), blueprint: maybe(0.4, () => random.pick(blueprints)) }),
    }),
  );
  return {
    agents,
    servers,
    clients: Array.from({ length: 1 + random.integer(3) }, newClient),
    person: { ...defined({ entitlements: maybe(0.2, authority) }), groups: some(GROUPS, 0.5) },
    rules: [
      { effect: 'permit', risks: ['low', ...some(RISKS.slice(1), 0.8)] },
      ...Array.from({ length: random.integer(8) }, newRule),
    ],
    maxDepth: random.chance(0.4) ? 12 : 2 + random.integer(11),
    seconds: 100 + random.integer(500),
  };

  function newClient(_: unknown, index: number): ModelClient {
    return {
      ...defined({ authority: maybe(0.2, authority) }),
      skipsConsent: index % 2 === 0,
      allowed: Object.fromEntries(
        servers.map(({ identifier, scopes }) => [
          identifier,
          isOfAgents(identifier) ? Object.keys(scopes) : some(Object.keys(scopes), 0.85),
        ]),
      ),
      details: Object.fromEntries(
        servers
          .map(({ identifier, types }): [string, FlatDetails] => {
            const [one, ...others] = types.flatMap((type) => [newDetail(random, type), newDetail(random, type)]);
            return [identifier, one ? [one, ...others.filter(() => random.chance(0.7))] : []];
          })
          .filter(([, details]) => details.length > 0),
      ),
    };
  }

  function newRule(): Rule {
    const effect = random.chance(0.5) ? 'permit' : 'forbid';
    return {
      effect,
      ...defined({
        about: maybe(0.3, () => random.pick(['scope', 'detail'] as const)),
        risks: maybe(effect === 'forbid' ? 0.95 : 0.5, () => some(RISKS.slice(random.chance(0.8) ? 1 : 0), 0.4)),
        environments: maybe(0.3, () => some(ENVIRONMENTS, 0.5)),
        agent: maybe(0.3, () => random.pick(ids)),
        blueprint: maybe(0.2, () => random.pick(BLUEPRINTS)),
        group: maybe(0.2, () => random.pick(GROUPS)),
        server: maybe(0.4, () => random.pick(services).id),
        deepest: maybe(0.2, () => 1 + random.integer(11)),
        atMost: maybe(0.25, () => random.integer(8)),
      }),
      ...(effect === 'permit'
        ? defined({
            maxSeconds: maybe(0.5, () => 30 + random.integer(300)),
            maxUses: maybe(0.2, () => 1 + random.integer(20)),
            approval: maybe(0.12, () => true),
            multiFactor: maybe(0.1, () => true),
            freshSeconds: maybe(0.1, () => 100 + random.integer(800)),
          })
        : {}),
    };
  }
};

/** Where agents call agents. */
const isOfAgents = (identifier: string): boolean => identifier === HUB || identifier.startsWith('https://agt_');

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const defined = <T extends object>(members: T): Defined<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;

/** The same organization as the server knows it. `release` frees its policies. */
export const castOf = async (organization: Organization, engine: PolicyEngine) => {
  const { clients, person, servers, rules } = organization;
  const policies = await engine.compile(rules.map(cedarOf).join('\n'));
  const registered = clients.map(({ authority, skipsConsent }, index) => ({
    id: `app_${index + 1}`,
    state: 'active',
    skipConsent: skipsConsent,
    ...defined({ authority }),
  })) as unknown as readonly Client[];
  return {
    cast: {
      agents: organization.agents.map(effective),
      servers: servers.map(({ id, identifier, scopes, environments, types }) => {
        const detailTypes = types.map(declared);
        checkDetailTypes(detailTypes);
        return {
          ...resourceServer(id, identifier, []),
          scopes: Object.entries(scopes).map(([name, risk]) => ({ name, description: name, risk })),
          detailTypes,
          ...(environments === undefined ? {} : { environments: environments as readonly Environment[] }),
        };
      }),
      account: { ...account('acc_anna'), ...person },
      client: registered[0] as Client,
      allowed: clients[0]?.allowed ?? {},
      policies: { current: async () => ({ version: 1, policies }) },
    },
    /** What the person allowed each client, by its number. */
    clients: registered.map((client, index) => ({ client, grant: grantOf(clients[index] as ModelClient, index) })),
    release: () => policies.release(),
  };
};

const grantOf = ({ allowed, details }: ModelClient, index: number): Omit<Grant, 'createdAt' | 'expiresAt'> => ({
  id: `grt_${index + 1}`,
  account: 'acc_anna',
  clientId: `app_${index + 1}`,
  openidScopes: [],
  resources: allowed,
  details: Object.fromEntries(Object.entries(details).map(([server, held]) => [server, held.map(nested)])),
});

const effective = ({ id, environment, authority, blueprint }: ModelAgent): Agent => {
  const stored = agent(id, {
    environment: environment as Environment,
    resourceServers: [`rs_${id}`, 'rs_hub'],
    ...(authority === undefined ? {} : { authority }),
    ...(blueprint === undefined ? {} : { blueprint: blueprint.id }),
  });
  const ceilings: Ceilings = defined({
    authority: blueprint?.authority,
    approvals: blueprint?.approvals,
    maxAccessTokenSeconds: blueprint?.maxSeconds,
    detailTypes: blueprint?.detailTypes,
  });
  return effectiveAgent(stored, blueprint && { version: 1, ceilings }).agent;
};

const oneOf = (attribute: string, values: readonly string[]): string =>
  // Cedar has no empty set; nothing is called this.
  `[${['none', ...values].map((value) => JSON.stringify(value)).join(', ')}].contains(${attribute})`;

const cedarOf = (rule: Rule, index: number): string => {
  const conditions = [
    ...(rule.risks ? [oneOf('resource.risk', rule.risks)] : []),
    ...(rule.environments ? [oneOf('principal.environment', rule.environments)] : []),
    ...(rule.group ? [`context has subject && context.subject in Group::${JSON.stringify(rule.group)}`] : []),
    ...(rule.deepest === undefined ? [] : [`context.depth <= ${rule.deepest}`]),
    ...(rule.atMost === undefined ? [] : [`context has amount && context.amount <= ${rule.atMost}`]),
  ];
  const principal = rule.agent
    ? `principal == Agent::${JSON.stringify(rule.agent)}`
    : rule.blueprint
      ? `principal is Agent in Blueprint::${JSON.stringify(rule.blueprint)}`
      : 'principal is Agent';
  const ofKind = rule.about === undefined ? '' : rule.about === 'scope' ? ' is Scope' : ' is DetailType';
  const ofBoth = rule.agent && rule.blueprint ? [`principal in Blueprint::${JSON.stringify(rule.blueprint)}`] : [];
  return [
    `@id("rule-${index}")`,
    ...(rule.maxSeconds === undefined ? [] : [`@max_seconds("${rule.maxSeconds}")`]),
    ...(rule.maxUses === undefined ? [] : [`@max_uses("${rule.maxUses}")`]),
    ...(rule.approval ? ['@approval("required")'] : []),
    ...(rule.multiFactor ? [`@acr("${MULTI_FACTOR}")`] : []),
    ...(rule.freshSeconds === undefined ? [] : [`@max_age("${rule.freshSeconds}")`]),
    `${rule.effect} (${principal}, action == Action::"act", resource${ofKind}${rule.server ? ` in ResourceServer::"${rule.server}"` : ''})`,
    ...[...ofBoth, ...conditions].map((condition) => `when { ${condition} }`),
  ]
    .join('\n')
    .concat(';');
};
