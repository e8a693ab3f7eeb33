import type { Collection, Cursor, SweepSlice } from '../ports/document-store.ts';
import type { Approval } from './approval.ts';

/** Removes approvals that people need not see any more. What the audit log says of them stays. */
export const forgetting = (rows: Pick<Collection<Approval>, 'find' | 'take'>) => {
  /** A review that is open keeps its approval, and must not keep those behind it. */
  let passed: Cursor | undefined;

  return {
    /**
     * Removes those that expired before `before`, looking at `limit` of them, 1..1000. `isDone`: it came to the end of
     * them. The next call goes on behind the last one, or begins anew.
     */
    async forget(before: number, limit: number): Promise<SweepSlice> {
      const old = await rows.find({
        range: { field: 'expiresAt', lte: before - 1 },
        order: { by: 'expiresAt', direction: 'ascending' },
        limit,
        ...(passed ? { after: passed } : {}),
      });
      const over = old.filter(({ document }) => document.review !== 'open');
      await Promise.all(over.map(({ document }) => rows.take(document.id)));
      const last = old.at(-1)?.document;
      const isDone = last === undefined || old.length < limit;
      passed = isDone ? undefined : { value: last.expiresAt, id: last.id };
      return { removed: over.length, isDone };
    },

    /** How many there are to be removed, counted up to 1000. */
    async countForgettable(before: number): Promise<number> {
      const old = await rows.find({ range: { field: 'expiresAt', lte: before - 1 }, limit: 1000 });
      return old.filter(({ document }) => document.review !== 'open').length;
    },
  };
};
