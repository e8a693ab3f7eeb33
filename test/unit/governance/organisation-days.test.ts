/** Honest days of the simulated organisation. */
import { expect, test } from '@jest/globals';
import { seededRandom } from '../../campaigns/campaign.ts';
import { honestDay } from '../../campaigns/organisation-days.ts';
import { DAY, HOUR, newWorker } from '../../campaigns/organisation-work.ts';

test('an administrator widens the blueprint of an honest agent before it uses one more API', () => {
  const random = seededRandom(2);
  const worker = { ...newWorker('agt_1', random), isDormant: false };
  let widened = 0;
  for (let day = 0; day < 2000; day += 1) {
    const known = worker.apis.length;
    const work = honestDay(worker, 20_000 + day, random);
    const acts = work.filter(({ about }) => about !== undefined);
    widened += acts.length;
    if (worker.apis.length > known)
      expect(acts.map(({ caller, event }) => `${caller} ${event.type}`)).toEqual([
        'acc_admin blueprint.drafted',
        'acc_admin blueprint.activated',
        'acc_admin agent.updated',
      ]);
    for (const { about, at } of acts)
      expect([about, at]).toEqual([worker.id, (20_000 + day) * DAY + worker.from * HOUR]);
  }
  expect(widened).toBeGreaterThan(0);
});
