/**
 * What was given out of budgets, changed by compare-and-swap. In this process whoever asks about one budget stands in one
 * line, and all who wait share one swap; so only nodes lose swaps to each other, seldom, and nobody is overtaken for ever.
 * Called by reservations.ts.
 */
import { randomInt } from 'node:crypto';
import { type DocumentStore, isDocumentConflict, StoreUnavailable } from '../../ports/document-store.ts';
import { BUDGET_USE, type Budget, type BudgetUse } from './budget.ts';
import { giveBack, type Taking, take } from './counting.ts';

/** Somebody who waits. `step` may run several times: what the last run made counts. */
type Work = {
  readonly step: (use: BudgetUse | undefined) => BudgetUse | undefined;
  readonly done: () => void;
  /** `isUnknown`: it may have been written all the same. */
  readonly failed: (error: unknown, isUnknown: boolean) => void;
  /** From `elapsed`, in seconds: when it has waited long enough. */
  readonly until: number;
};

/** Seconds that somebody waits who loses every swap to other nodes. */
const PATIENCE_SECONDS = 5;
/** Who shares one swap. */
const MOST_AT_ONCE = 500;
/** Between two swaps after one was lost: up to so many milliseconds, more after each. */
const FIRST_PAUSE = 4;
const LONGEST_PAUSE = 64;
/** Of one budget, waiting for a store that failed; what is beyond stays taken. */
const MOST_OWED = 1_000;

export const budgetCounter = ({
  documents,
  elapsed,
}: {
  readonly documents: DocumentStore;
  /** Seconds, never put back; for waiting only. */
  readonly elapsed: () => number;
}) => {
  const uses = documents.collection<BudgetUse>(BUDGET_USE);
  const lines = new Map<string, Work[]>();
  /** What could not be given back, because the store could not be read: it comes with whoever asks next. */
  const owed = new Map<string, Work['step'][]>();

  const isWritten = async (use: BudgetUse, version: number | undefined): Promise<boolean> => {
    if (version !== undefined) return uses.replace(use, version);
    try {
      await uses.insert(use);
      return true;
    } catch (error) {
      if (!isDocumentConflict(error)) throw error;
      return false;
    }
  };

  /** One swap for all of them. False: it was lost. */
  const swap = async (id: string, works: readonly Work[]): Promise<boolean> => {
    const debts = owed.get(id) ?? [];
    let isUnderWay = false;
    try {
      const found = await uses.get(id);
      const steps = [...debts, ...works.map(({ step }) => step)];
      const use = steps.reduce<BudgetUse | undefined>((before, step) => step(before), found?.document);
      const isSame = JSON.stringify(use) === JSON.stringify(found?.document);
      if (use && !isSame) {
        isUnderWay = true;
        if (!(await isWritten(use, found?.version))) return false;
      }
    } catch (error) {
      // What may have been given back is not given back once more.
      if (isUnderWay) owed.delete(id);
      for (const { failed } of works) failed(error, isUnderWay);
      return true;
    }
    owed.delete(id);
    for (const { done } of works) done();
    return true;
  };

  const serve = async (id: string, line: Work[]): Promise<void> => {
    for (let lost = 0; line.length > 0; ) {
      const works = line.splice(0, MOST_AT_ONCE);
      if (await swap(id, works)) {
        lost = 0;
        continue;
      }
      lost += 1;
      const now = elapsed();
      const tired = works.filter(({ until }) => until <= now);
      line.unshift(...works.filter(({ until }) => until > now));
      for (const { failed } of tired) {
        failed(new StoreUnavailable(`budget ${id} is asked by too many at once`), false);
      }
      const most = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(lost, 8));
      await new Promise((resolve) => setTimeout(resolve, randomInt(most)));
    }
    lines.delete(id);
  };

  const enter = (id: string, work: Omit<Work, 'until'>): void => {
    const queued = { ...work, until: elapsed() + PATIENCE_SECONDS };
    const line = lines.get(id);
    if (line) {
      line.push(queued);
      return;
    }
    const begun = [queued];
    lines.set(id, begun);
    void serve(id, begun);
  };

  return {
    /**
     * Takes it, or answers the second from which there is room; undefined: it is taken. Of many at once, on all nodes, no
     * more get through than the limit lets. Throws StoreUnavailable, after five seconds at the latest; then it may be taken.
     */
    take: (
      budget: Budget,
      taking: Taking,
      now: number,
      /** Of what an agent was given: whose it is. */
      about: Partial<BudgetUse> = {},
    ): Promise<{ readonly fullUntil: number | undefined } | undefined> =>
      new Promise((resolve, reject) => {
        let full: { readonly fullUntil: number | undefined } | undefined;
        enter(budget.id, {
          step(use) {
            const outcome = take(budget, use, taking, now);
            full = 'use' in outcome ? undefined : outcome;
            return 'use' in outcome ? { ...outcome.use, ...about } : use;
          },
          done: () => resolve(full),
          failed: reject,
        });
      }),

    /**
     * Gives back what was taken in the part that begins `at`, once. Never throws: while the store cannot be read it is
     * owed, and whoever asks next brings it along; where it may have been written it is left as it is.
     */
    giveBack: (budget: Budget, taking: Taking, at: number): Promise<void> =>
      new Promise((resolve) => {
        const step = (use: BudgetUse | undefined) => use && giveBack(use, taking, at);
        enter(budget.id, {
          step,
          done: resolve,
          failed(_, isUnknown) {
            const debts = owed.get(budget.id) ?? [];
            if (!isUnknown && debts.length < MOST_OWED) owed.set(budget.id, [...debts, step]);
            resolve();
          },
        });
      }),
  };
};
