import { expect, test } from '@jest/globals';
import { type CampaignRun, seededRandom } from '../../campaigns/campaign.ts';
import { derivations } from '../../campaigns/derivations.ts';

test('SC-01 SC-05 TX-02 TX-03 random derivations give what a model gives that knows no rows, no layers and no Cedar', async () => {
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
      seed: 20,
    },
    random: seededRandom(20),
    progress() {},
    violation: (text) => void violations.push(text),
    finished() {},
    isOver: () => false,
  };
  const figures = await derivations.run(run);
  expect(violations).toEqual([]);
  // The histories must reach what they are to test.
  expect(figures).toMatchObject({ trials: 3000 });
  expect(Number(figures['given'])).toBeGreaterThan(300);
  expect(Number(figures['deepest'])).toBeGreaterThan(3);
  expect(Object.keys(figures['reasons'] as object)).toEqual(
    expect.arrayContaining(['policy_forbids', 'approval_required', 'not_passed_on', 'scope_not_available']),
  );
});
