/** Who decides in a review. Reads only. */
import { type DocumentStore, everyDocument } from '../../ports/document-store.ts';
import { REVIEW_ITEMS, type ReviewItem } from './review.ts';

const AT_ONCE = 1000;
/** Most items that are read, and most reviewers that are named. */
const MOST_ITEMS = 100_000;
const MOST_REVIEWERS = 1000;

/** Accounts and groups that decide about open items of a review, at most 1,000. */
export const reviewersOf = ({ documents }: { readonly documents: DocumentStore }) => {
  const items = documents.collection<ReviewItem>(REVIEW_ITEMS);
  return async (review: string): Promise<readonly string[]> => {
    const reviewers = new Set<string>();
    const order = { by: 'createdAt', direction: 'ascending' } as const;
    let read = 0;
    for await (const { reviewer } of everyDocument(items, {
      where: { review, state: 'open' },
      order,
      limit: AT_ONCE,
    })) {
      read += 1;
      if (reviewer !== undefined) reviewers.add(reviewer);
      if (read === MOST_ITEMS || reviewers.size === MOST_REVIEWERS) break;
    }
    return [...reviewers];
  };
};
