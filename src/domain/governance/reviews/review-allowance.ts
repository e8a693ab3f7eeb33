/**
 * How many delegations the defaults of all reviews end within an hour. Owns REVIEW_ALLOWANCE: one document, so that one
 * compare-and-swap counts over all reviews and nodes. Called by review-jobs.ts.
 */
import { type DocumentStore, LOST, retryLost, tryInsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { MOST_ENDED_SHARE, type Review, type TakenEnds } from './review.ts';

const HOUR = 3600;
/** Times that are closer together are kept as one, by the last of them. So an hour has at most 13. */
const PART_SECONDS = 300;

type ReviewAllowanceRecord = {
  /** Always ALLOWANCE. */
  readonly id: string;
  readonly taken: TakenEnds;
};

export const REVIEW_ALLOWANCE = {
  name: 'review_allowance',
  holds: 'how many delegations the defaults of access reviews ended within the last hour',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'it is one document' },
  transfer: 'neither',
  indexes: [],
  members: ['taken'],
} as const satisfies OwnedCollection;

const ALLOWANCE = 'allowance';

/** How many of them are within the last hour. Ends of one part count until the last of them is an hour ago. */
const takenIn = (taken: TakenEnds, now: number): number =>
  taken.filter(({ at }) => at > now - HOUR).reduce((sum, { count }) => sum + count, 0);

/** With further ends at this time, and without those of more than an hour ago. */
const withTaken = (taken: TakenEnds, count: number, now: number): TakenEnds => {
  const recent = taken.filter(({ at }) => at > now - HOUR);
  const last = recent.at(-1);
  return last && last.from > now - PART_SECONDS
    ? [...recent.slice(0, -1), { from: last.from, at: now, count: last.count + count }]
    : [...recent, { from: now, at: now, count }];
};

/** Items that the default of a review ends within an hour without a confirmation. */
export const mostEndedAnHour = ({ items }: Pick<Review, 'items'>): number =>
  Math.max(1, Math.floor(items * MOST_ENDED_SHARE));

/** Whether the default ends delegations, and no administrator has confirmed that. */
const isBounded = ({ default: usual, isConfirmed }: Review): boolean => usual === 'end' && !isConfirmed;

export interface ReviewAllowance {
  /**
   * How many items the defaults of these reviews may end in an hour together: as many as the largest of them alone. Items of several
   * reviews may be about the same delegations, so their sum would be more than the share of what they are about.
   */
  together(reviews: readonly Review[]): number;
  /** How many items the default of a review may decide now, at most `most`, and what it then counts. Reads only. */
  left(review: Review, most: number, together: number): Promise<number>;
  /** Counts up to `wanted` items for a review, and returns how many. Counted before they end, so that a crash ends none too many. */
  take(
    review: Review,
    wanted: number,
    together: number,
  ): Promise<{ readonly granted: number; readonly counted: Review }>;
}

export const reviewAllowance = ({
  documents,
  now,
}: {
  readonly documents: DocumentStore;
  readonly now: () => number;
}): ReviewAllowance => {
  const records = documents.collection<ReviewAllowanceRecord>(REVIEW_ALLOWANCE);

  const ofReview = (review: Review): number => mostEndedAnHour(review) - takenIn(review.taken ?? [], now());

  return {
    together: (reviews) => Math.max(0, ...reviews.filter(isBounded).map(mostEndedAnHour)),

    async left(review, most, together) {
      if (!isBounded(review)) return most;
      const { taken = [] } = (await records.get(ALLOWANCE))?.document ?? {};
      return Math.max(0, Math.min(most, ofReview(review), together - takenIn(taken, now())));
    },

    async take(review, wanted, together) {
      if (!isBounded(review)) return { granted: wanted, counted: review };
      const granted = await retryLost(ALLOWANCE, async () => {
        const found = await records.get(ALLOWANCE);
        const taken = found?.document.taken ?? [];
        const count = Math.max(0, Math.min(wanted, ofReview(review), together - takenIn(taken, now())));
        if (count === 0) return 0;
        const next = { id: ALLOWANCE, taken: withTaken(taken, count, now()) };
        const isWritten = found ? await records.replace(next, found.version) : await tryInsert(records, next);
        return isWritten ? count : LOST;
      });
      if (granted === 0) return { granted, counted: review };
      return { granted, counted: { ...review, taken: withTaken(review.taken ?? [], granted, now()) } };
    },
  };
};
