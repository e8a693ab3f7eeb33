/** The scopes that a review asks about: a use after a day does not say that it lasts. */
import { expect, test } from '@jest/globals';
import { reviewedScopes } from '../../../views/pages/console-review-advice.ts';

test.each([
  ['en', ['used after 3 Nov 2026, 12:00 UTC', 'not since 3 Nov 2026, 12:00 UTC']],
  ['de', ['nach dem 03.11.2026, 12:00 UTC benutzt', 'nicht seit 03.11.2026, 12:00 UTC']],
] as const)('say whether they were used after a time, in %s', (language, expected) => {
  const page = reviewedScopes({
    ...{ apiName: 'Calendar', declared: [], state: 'open', scope: ['read', 'write'], unusedScopes: ['write'] },
    unusedFrom: Date.UTC(2026, 10, 3, 12) / 1000,
  }).in({ language });
  const text = page.replaceAll(/<[^>]*>/g, '');
  for (const one of expected) expect(text).toContain(one);
});
