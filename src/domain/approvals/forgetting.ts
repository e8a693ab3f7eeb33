import type { Collection, Cursor, SweepSlice } from '../ports/document-store.ts';
import type { Approval } from './approval.ts';

/** Removes approvals that people no longer need to see. Their events stay in the audit log. */
export interface ForgettableApprovals {
  /**
   * Removes approvals that expired before `before`; examines `limit` of them, 1..1000. `isDone`: the sweep has reached
   * the last approval. The next call continues after the last one examined, or starts again.
   */
  forget(before: number, limit: number): Promise<SweepSlice>;
  /** How many are due for removal, counted up to 1000. */
  countForgettable(before: number): Promise<number>;
}

export const forgetting = (approvals: Pick<Collection<Approval>, 'find' | 'take'>): ForgettableApprovals => {
  /** Position of the sweep. An approval with an open review stays, and must not block the removal of later ones. */
  let passed: Cursor | undefined;

  return {
    async forget(before, limit): Promise<SweepSlice> {
      const old = await approvals.find({
        range: { field: 'expiresAt', lte: before - 1 },
        order: { by: 'expiresAt', direction: 'ascending' },
        limit,
        ...(passed ? { after: passed } : {}),
      });
      const over = old.filter(({ document }) => document.review !== 'open');
      await Promise.all(over.map(({ document }) => approvals.take(document.id)));
      const last = old.at(-1)?.document;
      const isDone = last === undefined || old.length < limit;
      passed = isDone ? undefined : { value: last.expiresAt, id: last.id };
      return { removed: over.length, isDone };
    },

    async countForgettable(before): Promise<number> {
      const old = await approvals.find({ range: { field: 'expiresAt', lte: before - 1 }, limit: 1000 });
      return old.filter(({ document }) => document.review !== 'open').length;
    },
  };
};
