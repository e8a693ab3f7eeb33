/** Questions that the heads of policies decide, without Cedar. test/contract/cedar-parts.test.ts compares random ones with Cedar. */
import { describe, expect, test } from '@jest/globals';
import { checkPolicies } from '../../../adapters/cedar/check-policies.ts';
import { cedarPolicyEngine } from '../../../adapters/cedar/policy-engine.ts';
import { headOf, questionOf, rulingOf } from '../../../adapters/cedar/policy-head.ts';
import { policyParts } from '../../../adapters/cedar/policy-parts.ts';
import { useOf } from '../../../adapters/cedar/policy-use.ts';
import { inSlices } from '../../../adapters/cedar/slices.ts';

const { schema } = cedarPolicyEngine();

describe('a question that heads decide', () => {
  const parts = async (text: string) => {
    const { policies } = await inSlices(checkPolicies(text, schema), async () => undefined);
    return policyParts(
      policies.map(({ summary: { id }, statement, json }) => ({
        ...{ id, text: statement.text, head: headOf(json), ruling: rulingOf(json), use: useOf([json]) },
      })),
    );
  };
  const question = (type: string, action = 'act') =>
    questionOf({
      principal: { type, id: 'one' },
      action: { type: 'Action', id: action },
      resource: { type: 'Scope', id: 'read' },
      context: {},
      entities: [],
    });
  const PERMIT = '@id("a") permit (principal is Client, action, resource);';

  test('has the permits that apply as its answer', async () => {
    const found = await parts(
      `${PERMIT} @id("b") permit (principal is Agent, action, resource) when { context.delegated };`,
    );
    expect(found.of(question('Client')).map(({ answer }) => answer)).toEqual([
      { effect: 'allow', reasons: ['a'], errors: [] },
    ]);
  });

  test('is denied by a forbid, which alone is named', async () => {
    const found = await parts(`${PERMIT} @id("b") forbid (principal, action == Action::"act", resource);`);
    expect(found.of(question('Client')).map(({ answer }) => answer)).toEqual([
      { effect: 'deny', reasons: ['b'], errors: [] },
    ]);
    expect(found.of(question('Client', 'delegate')).map(({ answer }) => answer?.effect)).toEqual(['allow']);
  });

  test('goes to Cedar as soon as one policy that may apply has a condition', async () => {
    for (const condition of ['when { context.delegated }', 'unless { context.delegated }']) {
      const found = await parts(`${PERMIT} @id("b") forbid (principal, action, resource) ${condition};`);
      expect(found.of(question('Client')).map(({ answer }) => answer)).toEqual([undefined]);
    }
  });
});
