/** Makes the items of a review, a page of delegations at a time. What a crash interrupts is continued; a page made twice is the same. */
import { DELEGATIONS, type Delegation } from '../../authority/delegation/delegation.ts';
import { type DocumentStore, isDocumentConflict, tryInsert } from '../../ports/document-store.ts';
import { REVIEW_ITEMS, type Review, type ReviewItem } from './review.ts';
import type { ReviewSelector } from './review-selection.ts';

/** Delegations of one page. */
const PAGE = 500;

type Progress = Pick<Review, 'items' | 'read'> & { readonly place?: NonNullable<Review['place']> };

export interface ReviewWalk {
  /** Makes the items of the next page. `isDone`: it was the last one. Idempotent. Throws StoreUnavailable. */
  step(review: Review, now: number): Promise<{ readonly progress: Progress; readonly isDone: boolean }>;
}

export const reviewWalk = ({
  documents,
  selector,
}: {
  readonly documents: DocumentStore;
  readonly selector: ReviewSelector;
}): ReviewWalk => {
  const delegations = documents.collection<Delegation>(DELEGATIONS);
  const items = documents.collection<ReviewItem>(REVIEW_ITEMS);

  /** Stores those that are not there yet. Another process may store the same. */
  const store = async (made: readonly ReviewItem[]): Promise<void> => {
    const known = new Set((await items.getMany(made.map(({ id }) => id))).map(({ document }) => document.id));
    const missing = made.filter(({ id }) => !known.has(id));
    if (missing.length === 0) return;
    try {
      await items.insertMany(missing);
    } catch (error) {
      if (!isDocumentConflict(error)) throw error;
      for (const item of missing) await tryInsert(items, item);
    }
  };

  return {
    async step(review, now) {
      const { person, agent, createdAt, place } = review;
      const page = await delegations.find({
        where: {
          ...(person === undefined ? {} : { subject: person }),
          ...(agent === undefined ? {} : { actor: agent }),
        },
        // Delegations that come about while the walk runs belong to the next review.
        range: { field: 'createdAt', lte: createdAt },
        order: { by: 'createdAt', direction: 'ascending' },
        limit: PAGE,
        ...(place ? { after: place } : {}),
      });
      const read = page.map(({ document }) => document);
      const made = await selector.itemsOf(review, read, now);
      await store(made);
      const last = read.at(-1);
      return {
        progress: {
          items: review.items + made.length,
          read: review.read + read.length,
          ...(last ? { place: { value: last.createdAt, id: last.id } } : {}),
        },
        isDone: read.length < PAGE,
      };
    },
  };
};
