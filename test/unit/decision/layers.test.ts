import { describe, expect, test } from '@jest/globals';
import { authorizer } from '../../../src/domain/authority/decision/authorize.ts';
import type { DecisionFacts, Route } from '../../../src/domain/authority/decision/facts.ts';
import { DECISION_LAYERS, type DecisionLayer } from '../../../src/domain/authority/decision/layers.ts';
import { ROUTE_LAYERS, ROUTES } from '../../../src/domain/authority/decision/routes.ts';
import type { Restriction } from '../../../src/domain/clients/agents/restriction.ts';
import type { ScopeDeclaration } from '../../../src/domain/resources/resource-servers/resource-server.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { API, account, agent, client, generous, MAIL, NOW, policiesThat } from './world.ts';

const NARROWED: Restriction = {
  ...{ act: 'narrow', response: 'rsp_1', at: NOW - 60, until: NOW + 60, owner: 'acc_owner' },
  ...{ resources: ['https://other.example'], people: [account.id] },
};

/** Facts in which this layer, and no other, has something against `send`. */
const AGAINST: { readonly [L in DecisionLayer]: Partial<DecisionFacts> } = {
  response: { caller: { ...agent, restrictions: [NARROWED] } },
  client: { through: [{ ...client, authority: { [MAIL]: ['read'] } }] },
  agent: { caller: { ...agent, authority: { [MAIL]: ['read'] } } },
  blueprint: { caller: { ...agent, ceilings: { authority: { [MAIL]: ['read'] } } } },
  environment: { caller: { ...agent, environment: 'test' } },
  approval: { caller: { ...agent, ceilings: { approvals: { [MAIL]: ['send'] } } } },
  subject: { subject: { ...account, entitlements: { [MAIL]: ['read'] } } },
  grant: { grant: ['read'] },
  subject_token: { subjectToken: ['read'] },
  delegation: { delegation: ['read'] },
  policy: {},
  external: {},
  participants: { participants: [{ id: 'acc_bob', account: { ...account, id: 'acc_bob' }, delegation: ['read'] }] },
};

const ofAll = (scope: ScopeDeclaration): ScopeDeclaration => ({ ...scope, participants: 'all' });

const factsAgainst = (layer: DecisionLayer, route: Route): DecisionFacts => {
  const facts = { ...generous(route), ...AGAINST[layer] };
  if (layer === 'participants') {
    // An agent that acts for itself, or by an assertion, has a delegation from none of them.
    const needsAll = ({ name }: ScopeDeclaration) =>
      (route !== 'client_credentials' && route !== 'jwt_bearer') || name === 'send';
    return {
      ...facts,
      server: { ...facts.server, scopes: facts.server.scopes.map((one) => (needsAll(one) ? ofAll(one) : one)) },
    };
  }
  return layer === 'environment' ? { ...facts, server: { ...facts.server, environments: ['production'] } } : facts;
};

const decide = (layer: DecisionLayer, route: Route, without?: DecisionLayer, more: Partial<DecisionFacts> = {}) =>
  authorizer({
    identifiers: countedIdentifiers(),
    managementApi: API,
    without: (left) => left === without,
    external: {
      isAsked: () => true,
      cut: async (_facts, { scope, details }) => ({
        scope: scope.map((name) =>
          layer === 'external' && name === 'send' ? { layer: 'external', external: 'denied' } : undefined,
        ),
        details: details.map(() => undefined),
      }),
    },
    policies: policiesThat(({ resource }) => ({
      effect: layer === 'policy' && resource.id === `${MAIL} send` ? 'deny' : 'allow',
    })),
  })({ ...factsAgainst(layer, route), ...more });

const cells = ROUTES.flatMap((route) => DECISION_LAYERS.map((layer) => [route, layer] as const));
const isCounting = ([route, layer]: readonly [Route, DecisionLayer]): boolean => {
  const cell = ROUTE_LAYERS[route][layer];
  return cell === 'counts' || 'if' in cell;
};

describe('SC-01 SC-10 every layer on every route', () => {
  test.each(cells.filter(isCounting))(
    'SC-10 %s: %s is what stands in the way, and nothing else does',
    async (route, layer) => {
      const refusing = layer === 'environment' || layer === 'response' ? ['read', 'send'] : ['send'];
      const decision = await decide(layer, route);
      expect(decision.removed.map(({ scope, layer: by }) => [scope, by])).toEqual(
        refusing.map((scope) => [scope, layer]),
      );
      expect(decision.scope).toEqual(['read', 'send'].filter((scope) => !refusing.includes(scope)));
      // The layer turned off, it is given: so each cell is needed, and it is this one that refused.
      expect((await decide(layer, route, layer)).scope).toEqual(['read', 'send']);
    },
  );

  test.each(cells.filter((cell) => !isCounting(cell)))('SC-10 %s: %s says why it does not count', (route, layer) => {
    expect(ROUTE_LAYERS[route][layer]).toEqual({
      not: expect.objectContaining({ text: expect.stringMatching(/\w+ \w+/) }),
    });
  });

  test.each(ROUTES)('SC-01 %s gives what all layers leave, and no more', async (route) => {
    const all = { ...generous(route), asked: ['send', 'read', 'admin', '*'] };
    const decision = await authorizer({ identifiers: countedIdentifiers(), managementApi: API })(all);
    expect(decision.scope).toEqual(['read', 'send']);
    expect(decision.removed).toEqual([
      { scope: '*', layer: 'resource_server' },
      { scope: 'admin', layer: 'resource_server' },
    ]);
  });
});

describe('a person’s yes to this very action', () => {
  const approval = { id: 'apv_1', approvers: 1 };
  const withCeiling = (route: Route): DecisionFacts => factsAgainst('approval', route);
  const strict = authorizer({ identifiers: countedIdentifiers(), managementApi: API });

  test.each(ROUTES)('SC-10 %s: is what the ceiling on approvals waits for', async (route) => {
    expect((await strict(withCeiling(route))).removed).toEqual([{ scope: 'send', layer: 'approval' }]);
    expect((await strict({ ...withCeiling(route), approval })).scope).toEqual(['read', 'send']);
  });

  test.each(DECISION_LAYERS.filter((layer) => layer !== 'approval'))(
    'SC-10 ciba: takes nothing away of what %s says',
    async (layer) => {
      const decision = await decide(layer, 'ciba', undefined, { approval });
      expect(decision.removed.map((one) => one.layer)).toContain(layer);
      expect(decision.scope).not.toContain('send');
    },
  );

  test.each(['grant', 'subjectToken', 'delegation'] as const)(
    'SC-10 ciba: without a %s, as an agent’s own request is, nothing of it is in the way',
    async (fact) => {
      const { [fact]: _, ...facts } = generous('ciba');
      expect((await strict({ ...facts, approval })).scope).toEqual(['read', 'send']);
    },
  );

  test('is a fact for policies: which one, and of how many', async () => {
    const policies = policiesThat(() => ({}));
    await authorizer({ identifiers: countedIdentifiers(), managementApi: API, policies })({
      ...generous('ciba'),
      asked: ['send'],
      approval: { id: 'apv_1', approvers: 2 },
    });
    expect(policies.questions[0]?.context).toMatchObject({
      route: 'ciba',
      approval: { record: { id: 'apv_1', approvers: 2 } },
    });
  });
});

describe('what is not known leaves nothing', () => {
  const strict = authorizer({ identifiers: countedIdentifiers(), managementApi: API });

  test.each(['grant', 'delegation'] as const)('a missing %s is none, where the route has one', async (fact) => {
    const { [fact]: _, ...facts } = generous(fact === 'grant' ? 'token_exchange' : 'token_exchange');
    const decision = await strict(facts);
    // Whether the person used a client depends on the request; an exchange always has a row.
    expect(decision.scope).toEqual(fact === 'grant' ? ['read', 'send'] : []);
  });

  test('no account, or one that is not active, gives nothing', async () => {
    const { subject: _, ...noSubject } = generous('token_exchange');
    expect((await strict(noSubject)).scope).toEqual([]);
    const disabled = { ...generous('token_exchange'), subject: { ...account, state: 'disabled' as const } };
    expect((await strict(disabled)).scope).toEqual([]);
  });

  test('who acts for itself has what it was given, and nothing without that', async () => {
    const { authority: _, ...poor } = agent;
    const facts = { ...generous('client_credentials'), caller: poor, through: [] };
    expect((await strict(facts)).scope).toEqual([]);
    expect((await strict({ ...generous('token_exchange'), caller: poor })).scope).toEqual(['read', 'send']);
  });

  test('an agent without an owner does not administer', async () => {
    const own = { ...generous('authorization_code').server, identifier: API };
    const facts = {
      ...generous('authorization_code'),
      server: own,
      through: [],
      caller: { ...client, authority: { [API]: ['*'] } },
    };
    expect((await strict(facts)).scope).toEqual(['read', 'send']);
    const document = { ...client, isDocument: true };
    expect((await strict({ ...facts, caller: document })).removed).toEqual([
      { scope: 'read', layer: 'client' },
      { scope: 'send', layer: 'client' },
    ]);
  });
});
