/** What the restrictions of a response rule leave of decisions: for the agent, for agents below it, and for tokens that were issued before. */
import { describe, expect, test } from '@jest/globals';
import { authorizer } from '../../../src/domain/authority/decision/authorize.ts';
import type { AgentParty, DecisionFacts, Route } from '../../../src/domain/authority/decision/facts.ts';
import { nothingLeft, refusedDetails } from '../../../src/domain/authority/decision/remedies.ts';
import { ROUTES } from '../../../src/domain/authority/decision/routes.ts';
import { ANY_SCOPE, type Restriction, rightOf, shortDigest } from '../../../src/domain/clients/agents/restriction.ts';
import type { DetailType } from '../../../src/domain/vocabulary/detail-type.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { API, account, agent, generous, MAIL, NOW, policiesThat, server } from './world.ts';

const restriction = (more: Partial<Restriction> = {}): Restriction => ({
  ...{ act: 'narrow', response: 'rsp_1', at: NOW - 60, until: NOW + 60, owner: 'acc_owner' },
  ...{ resources: [MAIL], people: [account.id], ...more },
});
const restricted = (...all: readonly Restriction[]): AgentParty => ({ ...agent, restrictions: all });
const below: AgentParty = { ...agent, id: 'agt_below' };
const decide = (facts: DecisionFacts) => authorizer({ identifiers: countedIdentifiers(), managementApi: API })(facts);
const left = async (route: Route, more: Partial<DecisionFacts>) => {
  const { scope, removed } = await decide({ ...generous(route), ...more });
  return { scope, layers: [...new Set(removed.map(({ layer }) => layer))] };
};
const detailType = (risk: 'low' | 'high'): DetailType => ({
  ...{
    type: risk,
    description: 'Mail',
    risk,
    schema: { type: 'object', properties: {} },
    display: 'Mail',
    members: {},
  },
});
const ALL = { scope: ['read', 'send'], layers: [] };
const NOTHING = { scope: [], layers: ['response'] };
const OTHER = { ...account, id: 'acc_other' };

describe('a narrowed agent', () => {
  test.each(ROUTES)('%s: gets what it did before, and nothing at another API', async (route) => {
    expect(await left(route, { caller: restricted(restriction()) })).toEqual(ALL);
    const elsewhere = restricted(restriction({ resources: ['https://other.example'] }));
    expect(await left(route, { caller: elsewhere })).toEqual(NOTHING);
    const approval = { id: 'apv_1', approvers: 3 };
    expect(await left(route, { caller: elsewhere, approval })).toEqual(NOTHING);
  });

  test.each(ROUTES.filter((route) => route !== 'client_credentials'))(
    '%s: gets nothing for a person for whom it had not acted',
    async (route) => {
      const caller = restricted(restriction());
      expect(await left(route, { caller, subject: OTHER })).toEqual(NOTHING);
      const digested = restricted(restriction({ people: [], morePeople: `AAAA${shortDigest(OTHER.id)}` }));
      expect(await left(route, { caller: digested, subject: OTHER })).toEqual(ALL);
      expect(await left(route, { caller: digested })).toEqual(NOTHING);
    },
  );

  test.each(ROUTES)('%s: gets no scope that it was not given before at an API that it used', async (route) => {
    const reading = [rightOf('read', MAIL), rightOf('send', 'https://other.example')];
    const caller = restricted(restriction({ rights: reading }));
    expect(await left(route, { caller })).toEqual({ scope: ['read'], layers: ['response'] });
    const approval = { id: 'apv_1', approvers: 3 };
    expect(await left(route, { caller, approval })).toEqual({ scope: ['read'], layers: ['response'] });
    const all = restricted(restriction({ rights: [rightOf('read', MAIL), rightOf('send', MAIL)] }));
    expect(await left(route, { caller: all })).toEqual(ALL);
    const any = restricted(restriction({ rights: [rightOf('read', MAIL), rightOf(ANY_SCOPE, MAIL)] }));
    expect(await left(route, { caller: any })).toEqual(ALL);
    // What agents below it were given is not known by scope.
    expect(await left(route, { caller: below, through: [caller] })).toEqual(ALL);
  });

  test('acts for anyone, or everywhere, if it did so before more often than is remembered', async () => {
    const everyone = restricted(restriction({ people: [], hasAllPeople: true }));
    expect(await left('token_exchange', { caller: everyone, subject: OTHER })).toEqual(ALL);
    const everywhere = restricted(restriction({ resources: [], hasAllResources: true }));
    expect(await left('token_exchange', { caller: everywhere })).toEqual(ALL);
    expect(await left('token_exchange', { caller: everywhere, subject: OTHER })).toEqual(NOTHING);
  });

  test('is free from the second at which the restriction ends', async () => {
    const elsewhere = { resources: [], people: [] };
    const lasting = restricted(restriction({ ...elsewhere, until: NOW + 1 }));
    expect(await left('token_exchange', { caller: lasting })).toEqual(NOTHING);
    expect(await left('token_exchange', { caller: restricted(restriction({ ...elsewhere, until: NOW })) })).toEqual(
      ALL,
    );
  });

  test.each(ROUTES)('%s: agents below it get nothing that they did not get before', async (route) => {
    const above = restricted(restriction({ resources: ['https://hub.example'] }));
    expect(await left(route, { caller: below, through: [above] })).toEqual(NOTHING);
    const using = restricted(restriction({ resources: ['https://hub.example'], usedBelow: [MAIL] }));
    expect(await left(route, { caller: below, through: [using] })).toEqual(ALL);
    // What others did in its chain is not what it did itself.
    expect(await left(route, { caller: using })).toEqual(NOTHING);
    if (route !== 'client_credentials')
      expect(await left(route, { caller: below, through: [using], subject: OTHER })).toEqual(NOTHING);
  });

  test('hears which layer it was, who lifts it and where, also where consent or an approval is missing', async () => {
    const caller = { ...restricted(restriction({ resources: [] })), ceilings: { approvals: { [MAIL]: ['*'] } } };
    const why = nothingLeft(await decide({ ...generous('token_exchange'), caller, delegation: [], asked: ['send'] }));
    expect(why).toMatchObject({
      ...{ layer: 'response', reason: 'narrowed_by_response' },
      remedies: [{ kind: 'contact', whom: 'operator', page: '/console/responses' }],
    });
  });

  test('gets no authorization details either', async () => {
    const facts = {
      ...generous('client_credentials'),
      ...{ server: { ...server, detailTypes: [detailType('low')] }, details: { asked: [{ type: 'low' }] } },
      caller: restricted(restriction({ resources: [] })),
    };
    const decision = await decide(facts);
    expect(decision.removedDetails).toMatchObject([{ layer: 'response' }]);
    expect(refusedDetails(decision)).toMatchObject({ code: 'access_denied', reason: 'narrowed_by_response' });
  });
});

describe('an agent from which high risk is withheld', () => {
  const withheld = (more: Partial<Restriction> = {}) => restricted(restriction({ act: 'withhold', ...more }));
  const READING = { scope: ['read'], layers: ['response'] };

  test.each(ROUTES)('%s: gets what it did before at low risk, and nothing that people approve', async (route) => {
    expect(await left(route, { caller: withheld() })).toEqual(READING);
    expect(await left(route, { caller: below, through: [withheld()] })).toEqual(READING);
    expect(await left(route, { caller: withheld({ resources: [] }) })).toEqual(NOTHING);
    expect(await left(route, { caller: withheld({ rights: [] }) })).toEqual(NOTHING);
    const approval = { id: 'apv_1', approvers: 3 };
    expect(await left(route, { caller: withheld(), approval })).toEqual(NOTHING);
    expect(await left(route, { caller: withheld({ until: NOW }), approval })).toEqual(ALL);
  });

  test('is asked for no approval: the refusal says who lifts it', async () => {
    const facts = { ...generous('token_exchange'), caller: withheld(), asked: ['send'] };
    expect(nothingLeft(await decide(facts))).toMatchObject({
      ...{ layer: 'response', reason: 'narrowed_by_response' },
      remedies: [{ kind: 'contact', whom: 'operator', page: '/console/responses' }],
    });
  });

  test('is refused, not sent to people, what a policy or a blueprint lets people approve', async () => {
    const asking = policiesThat(() => ({ effect: 'deny', annotations: { approval: 'required' } }));
    const under = authorizer({ identifiers: countedIdentifiers(), managementApi: API, policies: asking });
    const details = [{ type: 'low' }];
    const holds = { asked: details, grant: details, subjectToken: details, delegation: [details] };
    const facts: DecisionFacts = {
      ...{ ...generous('token_exchange'), caller: withheld(), asked: ['read'], details: holds },
      server: { ...server, detailTypes: [detailType('low')] },
    };
    const refused = {
      ...{ layer: 'response', reason: 'narrowed_by_response' },
      remedies: [{ kind: 'contact', whom: 'operator', page: '/console/responses' }],
    };
    const decision = await under(facts);
    expect(nothingLeft(decision)).toMatchObject(refused);
    expect(refusedDetails(decision)).toMatchObject(refused);
    const ceilings: AgentParty = { ...withheld(), ceilings: { approvals: { [MAIL]: ['read'] } } };
    expect(nothingLeft(await decide({ ...facts, caller: ceilings }))).toMatchObject(refused);
    // Once it has ended, people approve as before.
    const asked = await under({ ...facts, caller: withheld({ until: NOW }) });
    expect([nothingLeft(asked).reason, refusedDetails(asked).reason]).toEqual([
      'approval_required',
      'approval_required',
    ]);
  });

  test('is narrowed and asked as well where other rules restrict it', async () => {
    const reading = restriction({ rights: [rightOf('send', MAIL)] });
    const all = restricted(reading, restriction({ act: 'withhold' }), restriction({ act: 'approve' }));
    expect(await left('ciba', { caller: all })).toEqual(NOTHING);
  });

  test('keeps details of low risk, and gets none of high risk or with an approval', async () => {
    const held = [{ type: 'low' }, { type: 'high' }];
    const facts = {
      ...generous('ciba'),
      server: { ...server, detailTypes: [detailType('low'), detailType('high')] },
      ...{ caller: withheld(), details: { asked: held, grant: held, subjectToken: held, delegation: [held] } },
    };
    expect((await decide(facts)).removedDetails).toMatchObject([{ detail: { type: 'high' }, layer: 'response' }]);
    const approved = await decide({ ...facts, approval: { id: 'apv_1', approvers: 1 } });
    expect(approved.removedDetails).toMatchObject([{ layer: 'response' }, { layer: 'response' }]);
  });
});

describe('an agent whose new acts wait for a person', () => {
  const asked = (more: Partial<Restriction> = {}) => restricted(restriction({ act: 'approve', ...more }));
  const approval = { id: 'apv_1', approvers: 1 };

  test.each(ROUTES)('%s: goes on at low risk with what it did before; the rest needs an approval', async (route) => {
    expect(await left(route, { caller: asked() })).toEqual({ scope: ['read'], layers: ['approval'] });
    const elsewhere = asked({ resources: [] });
    expect(await left(route, { caller: elsewhere })).toEqual({ scope: [], layers: ['approval'] });
    expect(await left(route, { caller: elsewhere, approval })).toEqual(ALL);
    expect(await left(route, { caller: below, through: [elsewhere] })).toEqual({ scope: [], layers: ['approval'] });
    expect(await left(route, { caller: asked({ until: NOW }) })).toEqual(ALL);
    // A scope that it was not given before is new, also one of low risk.
    const writing = asked({ rights: [rightOf('send', MAIL)] });
    expect(await left(route, { caller: writing })).toEqual({ scope: [], layers: ['approval'] });
    expect(await left(route, { caller: writing, approval })).toEqual(ALL);
  });

  test('leaves who approves to policies, in a transaction with its owner as well', async () => {
    const facts = { ...generous('ciba'), caller: asked(), approval };
    expect((await decide(facts)).approvers).toBeUndefined();
    const of = (annotations: Readonly<Record<string, string>>) =>
      authorizer({
        ...{ identifiers: countedIdentifiers(), managementApi: API },
        policies: policiesThat(() => ({ annotations })),
      });
    const named = async (annotations: Readonly<Record<string, string>>, more: Partial<DecisionFacts> = {}) =>
      (await of(annotations)({ ...facts, ...more })).approvers;
    expect(await named({ approvers: 'grp_risk' })).toEqual([{ names: ['grp_risk'], except: [] }]);
    expect(await named({ approvers_except: 'owner' })).toEqual([{ names: [], except: ['owner'] }]);
    const owner = { id: 'acc_owner', account: { ...account, id: 'acc_owner' }, delegation: ['read', 'send'] };
    const scopes = server.scopes.map((scope) => ({ ...scope, participants: 'all' as const }));
    const together = { server: { ...server, scopes }, participants: [owner] };
    expect(await named({}, together)).toEqual([{ names: [], except: [] }]);
  });

  test('is narrowed as well where another rule narrowed it', async () => {
    const both = restricted(restriction({ resources: [] }), restriction({ act: 'approve' }));
    expect(await left('ciba', { caller: both, approval })).toEqual(NOTHING);
  });

  test('needs an approval for details of high risk', async () => {
    const facts = {
      ...generous('ciba'),
      server: { ...server, detailTypes: [detailType('low'), detailType('high')] },
      caller: asked(),
    };
    const held = [{ type: 'low' }, { type: 'high' }];
    const all = { ...facts, details: { asked: held, grant: held, subjectToken: held, delegation: [held] } };
    expect((await decide(all)).removedDetails).toMatchObject([{ detail: { type: 'high' }, layer: 'approval' }]);
    expect((await decide({ ...all, approval })).removedDetails).toEqual([]);
  });

  test.each([
    ['whose scopes are all of high risk', server.scopes.filter(({ risk }) => risk === 'high')],
    ['without scopes', []],
  ])('goes on with details of low risk at an API %s', async (_, scopes) => {
    const facts = {
      ...generous('ciba'),
      server: { ...server, scopes, detailTypes: [detailType('low'), detailType('high')] },
      caller: asked(),
    };
    const held = [{ type: 'low' }, { type: 'high' }];
    const all = { ...facts, details: { asked: held, grant: held, subjectToken: held, delegation: [held] } };
    expect((await decide(all)).removedDetails).toMatchObject([{ detail: { type: 'high' }, layer: 'approval' }]);
    const elsewhere = await decide({ ...all, caller: asked({ resources: [] }) });
    expect(elsewhere.removedDetails).toMatchObject([{ layer: 'approval' }, { layer: 'approval' }]);
  });
});
