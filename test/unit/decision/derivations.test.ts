import { expect, test } from '@jest/globals';
import { type CampaignRun, seededRandom } from '../../campaigns/campaign.ts';
import { derivations } from '../../campaigns/derivations.ts';

test('SC-01 SC-02 SC-05 TX-02 TX-03 random derivations give what a model gives that has no delegations, no layers and no Cedar', async () => {
  const violations: string[] = [];
  const run: CampaignRun = {
    options: {
      trials: 3000,
      seconds: undefined,
      stores: undefined,
      rate: undefined,
      tokens: undefined,
      agents: undefined,
      isRedisDown: false,
      seed: 5,
    },
    random: seededRandom(5),
    progress() {},
    violation: (text) => void violations.push(text),
    late: (text) => void violations.push(text),
    finished() {},
    isOver: () => false,
  };
  const figures = await derivations.run(run);
  expect(violations).toEqual([]);
  // The histories must reach what they are to test.
  expect(figures).toMatchObject({ trials: 3000 });
  expect(Number(figures['given'])).toBeGreaterThan(300);
  expect(Number(figures['deepest'])).toBe(12);
  expect(Number(figures['detailsGiven'])).toBeGreaterThan(100);
  expect(Number(figures['forCalls'])).toBeGreaterThan(50);
  expect(Number(figures['beyondApp'])).toBeGreaterThan(5);
  const rules = Object.entries(figures['members'] as Record<string, { inside: number; outside: number }>);
  expect(rules.map(([rule, { inside, outside }]) => [rule, inside > 10, outside > 10]).toSorted()).toEqual(
    ['after', 'before', 'equal', 'max', 'min', 'prefix', 'subset'].map((rule) => [rule, true, true]),
  );
  expect(Object.keys(figures['reasons'] as object)).toEqual(
    expect.arrayContaining([
      'approval_required',
      'chain_too_long',
      'details_malformed',
      'details_not_available',
      'not_delegable_to_agent',
      'policy_forbids',
      'scope_not_available',
    ]),
  );
});
