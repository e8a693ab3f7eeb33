/** An access review of everything that agents hold, whose items are made. */
import type { Management } from './management.ts';
import { until } from './until.ts';

type Json = Readonly<Record<string, unknown>>;

/** Of a delegation that the review ends. */
const ENDED = 'https://ended.example.com';

/**
 * Returns the review, an item with more than one scope, if possible one that was not used, and an item whose delegation it ended. Owners decide, too. `give` makes a
 * delegation at a resource.
 */
export const openReview = async (
  management: Pick<Management, 'call'>,
  give: (resource: string) => Promise<unknown>,
): Promise<{ readonly review: string; readonly item: string; readonly ended: string }> => {
  await give(ENDED);
  const settings = { name: 'Autumn', owner_decides: true, default: 'end', reviewers: 'manager' };
  const { body } = await management.call('POST', '/reviews', settings);
  const review = String(body['id']);
  await until(async () => (await management.call('GET', `/reviews/${review}`)).body['state'] === 'open', {
    ...{ what: 'the items of a review', seconds: 60 },
  });
  const items = (await management.call('GET', `/review-items?review=${review}`)).body['items'] as readonly Json[];
  const ended = String(items.find(({ resource }) => resource === ENDED)?.['id']);
  const decision = { decision: 'end', reason: 'It is not needed any more' };
  const answer = await management.call('POST', `/review-items/${ended}/decide`, decision);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  const many = items.filter(({ scope }) => Array.isArray(scope) && scope.length > 1);
  const isUnused = ({ unused_scopes: unused }: Json): boolean => Array.isArray(unused) && unused.length > 0;
  const item = many.find(isUnused) ?? many[0] ?? items.find(isUnused) ?? items[0];
  return { review, item: String(item?.['id']), ended };
};
