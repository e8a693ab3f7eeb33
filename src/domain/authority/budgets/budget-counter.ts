/**
 * Changes the uses of budgets by compare-and-swap. Queues the requests of this process for one budget; all waiting
 * requests share one swap. So only nodes compete for swaps, which is rare, and no request starves. reservations.ts
 * calls it.
 */
import { randomInt } from 'node:crypto';
import { type DocumentStore, StoreUnavailable, tryInsert } from '../../ports/document-store.ts';
import { BUDGET_USE, type Budget, type BudgetUse } from './budget.ts';
import { giveBack, type Taking, take } from './counting.ts';

/** A waiting request. `step` may run several times; the result of the last run applies. */
type Work = {
  readonly step: (use: BudgetUse | undefined) => BudgetUse | undefined;
  readonly done: () => void;
  /** `isUnknown`: the use may have been written despite the error. */
  readonly failed: (error: unknown, isUnknown: boolean) => void;
  /** Deadline in seconds of `elapsed`. */
  readonly until: number;
};

/** Seconds after which a request fails if it loses every swap to other nodes. */
const PATIENCE_SECONDS = 5;
/** Maximum number of requests that share one swap. */
const MOST_AT_ONCE = 500;
/** Pause after a lost swap: random, up to this number of milliseconds, doubled after each further loss. */
const FIRST_PAUSE = 4;
const LONGEST_PAUSE = 64;
/** Maximum number of pending returns of one budget while the store fails; further uses stay counted. */
const MOST_OWED = 1_000;

/** Counts the uses of budgets, over all nodes. */
export interface BudgetCounter {
  /**
   * Takes the use from the budget. Undefined: taken. Otherwise returns the second from which there is room.
   * Concurrent requests on all nodes together never exceed the limit. Throws StoreUnavailable after at most five
   * seconds; the use may then be counted.
   */
  take(
    budget: Budget,
    taking: Taking,
    now: number,
    about?: Partial<BudgetUse>,
  ): Promise<{ readonly fullUntil: number | undefined } | undefined>;
  /**
   * Gives a use back to the part of the window that begins `at`, once. Never throws. While the store cannot be read,
   * the return stays pending and the next request for the budget writes it. A return that may have been written is not
   * repeated.
   */
  giveBack(budget: Budget, taking: Taking, at: number): Promise<void>;
}

export const budgetCounter = ({
  documents,
  elapsed,
}: {
  readonly documents: DocumentStore;
  /** Monotonic seconds; for waiting only. */
  readonly elapsed: () => number;
}): BudgetCounter => {
  const uses = documents.collection<BudgetUse>(BUDGET_USE);
  const lines = new Map<string, Work[]>();
  /** Uses that could not be returned because the store could not be read: the next request for the budget writes them. */
  const owed = new Map<string, Work['step'][]>();

  const isWritten = (use: BudgetUse, version: number | undefined): Promise<boolean> =>
    version === undefined ? tryInsert(uses, use) : uses.replace(use, version);

  /** One swap for all waiting requests. False: another node won. */
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
      // Does not repeat a return that may have been written.
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
    take: (
      budget,
      taking,
      now,
      /** For the use of an agent: its agent and owner. */
      about = {},
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

    giveBack: (budget, taking, at): Promise<void> =>
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
