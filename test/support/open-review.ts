/** An access review of everything that agents hold, whose items are made. */
import type { Management } from './management.ts';
import { until } from './until.ts';

type Json = Readonly<Record<string, unknown>>;

/** Returns the review and its oldest item with more than one scope. Its owners decide, too. */
export const openReview = async (
  management: Pick<Management, 'call'>,
): Promise<{ readonly review: string; readonly item: string }> => {
  const settings = { name: 'Autumn', owner_decides: true, default: 'end', reviewers: 'manager' };
  const { body } = await management.call('POST', '/reviews', settings);
  const review = String(body['id']);
  await until(async () => (await management.call('GET', `/reviews/${review}`)).body['state'] === 'open', {
    ...{ what: 'the items of a review', seconds: 60 },
  });
  const items = (await management.call('GET', `/review-items?review=${review}`)).body['items'] as readonly Json[];
  const item = items.find(({ scope }) => Array.isArray(scope) && scope.length > 1) ?? items[0];
  return { review, item: String(item?.['id']) };
};
