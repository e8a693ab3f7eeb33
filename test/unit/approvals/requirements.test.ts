/** With the policies of a new server, and the policy engine that is delivered. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { cedarPolicyEngine } from '../../../adapters/cedar/policy-engine.ts';
import { leastRequired } from '../../../src/domain/approvals/requirements.ts';
import { authorizer } from '../../../src/domain/authority/decision/authorize.ts';
import type { ActionFacts } from '../../../src/domain/authority/decision/facts.ts';
import { MULTI_FACTOR } from '../../../src/domain/vocabulary/assurance.ts';
import type { Risk } from '../../../src/domain/vocabulary/risk.ts';
import { exampleType } from '../../support/detail-types.ts';
import { API, account, agent, NOW, server } from '../decision/world.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';

const engine = cedarPolicyEngine();
const starter = await engine.compile(engine.starter);
afterAll(() => starter.release());

const SCOPES = (['low', 'medium', 'high', 'critical'] as const).map((risk) => ({
  name: risk,
  description: risk,
  risk,
}));
const PAYMENT = { type: 'payment_initiation', amount: 4000, currency: 'EUR' };

const facts = (asked: readonly string[], over: Partial<ActionFacts> = {}): ActionFacts => ({
  now: NOW,
  server: { ...server, scopes: SCOPES, detailTypes: [{ ...exampleType('payment'), risk: 'critical' }] },
  caller: agent,
  through: [],
  subject: account,
  actors: [agent.id],
  asked,
  details: { asked: [] },
  ...over,
});

const decided = (policies = starter) =>
  authorizer({
    identifiers: countedIdentifiers(),
    managementApi: API,
    policies: { current: async () => ({ version: 5, policies }) },
  });

/** How often the decision was asked, too. */
const least = async (given: ActionFacts, policies = starter) => {
  let times = 0;
  const found = await leastRequired((asked) => {
    times += 1;
    return decided(policies)(asked);
  }, given);
  return { found, times };
};

describe('the least that is enough', () => {
  test.each<[Risk, object]>([
    ['low', { quorum: 1, isProvenAnew: false }],
    ['medium', { quorum: 1, isProvenAnew: false }],
    ['high', { quorum: 1, isProvenAnew: true }],
    ['critical', { quorum: 2, acr: MULTI_FACTOR, isProvenAnew: true }],
  ])('for what is of %s risk', async (risk, requires) => {
    const { found } = await least(facts([risk]));
    expect(found).toMatchObject({ requires, risk, decision: { scope: [risk], policyVersion: 5 } });
    expect(found?.requires).toEqual(requires);
  });

  test('of several, that of the highest risk among them', async () => {
    expect((await least(facts(['critical', 'low']))).found).toMatchObject({
      risk: 'critical',
      requires: { quorum: 2 },
    });
    expect((await least(facts(['high', 'medium']))).found).toMatchObject({ risk: 'high', requires: { quorum: 1 } });
  });

  test('details count by the risk of their type', async () => {
    const { found } = await least(facts(['low'], { details: { asked: [PAYMENT] } }));
    expect(found).toMatchObject({
      risk: 'critical',
      requires: { quorum: 2, acr: MULTI_FACTOR, isProvenAnew: true },
      decision: { details: [PAYMENT] },
    });
  });

  test('fewest people first, then the weakest proof: one with a second factor before two with one', async () => {
    const either = await engine.compile(`
      @id("either") @reason("One who proved it well, or two.") @approval("required")
      permit (principal, action, resource) when {
        context has approval && (context.approval.approvers >= 2 ||
          (context has assurance && context.assurance.acr == "${MULTI_FACTOR}")) };`);
    try {
      const { found, times } = await least(facts(['high']), either);
      expect(found?.requires).toEqual({ quorum: 1, acr: MULTI_FACTOR, isProvenAnew: true });
      expect(times).toBe(2);
    } finally {
      either.release();
    }
  });

  test('nothing, where no approval helps; asked six times', async () => {
    const forbidden = await engine.compile(`${engine.starter}
      @id("never") @reason("Never.") forbid (principal is Agent, action == Action::"act", resource) when { resource.risk == "high" };`);
    try {
      expect(await least(facts(['high']), forbidden)).toEqual({ found: undefined, times: 6 });
    } finally {
      forbidden.release();
    }
  });

  test.each<[string, ActionFacts]>([
    ['a scope that is not declared', facts(['high', 'fly'])],
    ['what the agent has no right to', facts(['high'], { caller: { ...agent, authority: {} } })],
    [
      'what its ceilings leave out',
      facts(['high'], { caller: { ...agent, ceilings: { authority: { [server.identifier]: ['low'] } } } }),
    ],
    ['what the row behind it does not hold', facts(['high'], { delegation: ['low'] })],
    ['a person who is not active', facts(['high'], { subject: { ...account, state: 'disabled' } })],
    ['details of a type that is not declared', facts([], { details: { asked: [{ type: 'other' }] } })],
    [
      'more than the row behind it holds of a detail',
      facts([], { details: { asked: [PAYMENT], delegation: [[{ ...PAYMENT, amount: 3999 }]] } }),
    ],
  ])('nothing for %s: half of an action is another one', async (_, given) => {
    expect((await least(given)).found).toBeUndefined();
  });

  test('an approval is what an agent’s ceilings may ask for', async () => {
    const approvals = { [server.identifier]: ['low'] };
    const { found } = await least(facts(['low'], { caller: { ...agent, ceilings: { approvals } } }));
    expect(found).toMatchObject({ requires: { quorum: 1, isProvenAnew: false }, decision: { scope: ['low'] } });
  });
});
