/** How people decided in a review: who keeps nearly everything, and in a moment. Reads only. */
import type { ReviewItem } from './review.ts';
import type { ReviewItems } from './review-items.ts';

/** Most decisions that are read, the earliest first. */
const MOST_READ = 10_000;
const AT_ONCE = 1000;
/** A longer time between two decisions was a break. */
const LONGEST_SECONDS = 1800;
/** From so many decisions on, so large a share kept and so short a time for each are a sign that a reviewer does not read. */
const HASTY = { decided: 20, kept: 0.95, seconds: 5 } as const;

export type ReviewerFigures = {
  readonly reviewer: string;
  readonly decided: number;
  readonly kept: number;
  /** Median of the seconds between two decisions, without breaks. Absent: fewer than two decisions. */
  readonly medianSeconds?: number;
  readonly isHasty: boolean;
};

export type ReviewFigures = {
  /** By account or client, the one with most decisions first. Decisions by default are left out. */
  readonly reviewers: readonly ReviewerFigures[];
  /** Decisions that were read. */
  readonly read: number;
  /** There are further ones. */
  readonly isMore: boolean;
};

export const reviewFigures =
  ({ collection }: Pick<ReviewItems, 'collection'>) =>
  async (review: string): Promise<ReviewFigures> => {
    const decisions: ReviewItem[] = [];
    const order = { by: 'decidedAt', direction: 'ascending' } as const;
    for (let isMore = true; isMore && decisions.length < MOST_READ; ) {
      const last = decisions.at(-1);
      const after = last ? { after: { value: last.decidedAt ?? 0, id: last.id } } : {};
      const page = await collection.find({ where: { review }, order, limit: AT_ONCE, ...after });
      decisions.push(...page.map(({ document }) => document));
      isMore = page.length === AT_ONCE;
      if (!isMore) return { ...figuresOf(decisions), isMore };
    }
    return { ...figuresOf(decisions), isMore: true };
  };

/** `decisions` in the order of their times. */
const figuresOf = (decisions: readonly ReviewItem[]): Omit<ReviewFigures, 'isMore'> => {
  const made = decisions.filter(({ state, isDefault }) => !isDefault && state !== 'over' && state !== 'open');
  const byReviewer = Map.groupBy(made, ({ decidedBy = '' }) => decidedBy);
  const reviewers = [...byReviewer].map(([reviewer, all]): ReviewerFigures => {
    const kept = all.filter(({ state }) => state === 'kept').length;
    const gaps = all.slice(1).map(({ decidedAt = 0 }, index) => decidedAt - (all[index]?.decidedAt ?? 0));
    const medianSeconds = medianOf(gaps.filter((gap) => gap <= LONGEST_SECONDS));
    const isQuick = medianSeconds !== undefined && medianSeconds < HASTY.seconds;
    const isHasty = all.length >= HASTY.decided && kept / all.length >= HASTY.kept && isQuick;
    return { reviewer, decided: all.length, kept, ...(medianSeconds === undefined ? {} : { medianSeconds }), isHasty };
  });
  return { reviewers: reviewers.sort((one, other) => other.decided - one.decided), read: decisions.length };
};

const medianOf = (values: readonly number[]): number | undefined =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
