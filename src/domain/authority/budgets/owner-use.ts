/**
 * Uses by agent and owner. The budgets of a new owner include them from the hand-over on, so that a hand-over gives no
 * owner new room. Keeps a use while a budget of any owner could include it. Owns its name and its transfer to a new
 * owner; the counter writes it (budget-counter.ts).
 */

import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, upsert } from '../../ports/document-store.ts';
import { canonicalDigest } from '../../vocabulary/canonical-digest.ts';
import { BUDGET_USE, type Budget, type BudgetUse } from './budget.ts';
import type { BudgetRegistry } from './budget-registry.ts';
import { mergedParts } from './counting.ts';

/** Maximum number of shapes and owners of one agent within the longest window. */
const MOST_USES = 1000;

/** The shape of a budget: equal for budgets that differ only in name, limit and owner. */
export const shapeOf = (budget: Budget): string => {
  const { measure, windowSeconds, resource, scopes, detailType, currencyMember, currency } = budget;
  return canonicalDigest([
    measure,
    windowSeconds,
    resource ?? null,
    scopes ? [...scopes].sort() : null,
    detailType ?? null,
    currencyMember ?? null,
    currency ?? null,
  ]);
};

/** The use of one agent under one owner, as a budget without a limit. */
export const useOfAgent = (budget: Budget, agent: string, owner: string): Budget => ({
  ...budget,
  id: `${agent}:${owner}:${shapeOf(budget)}`,
  limit: Number.MAX_SAFE_INTEGER,
});

/** Carries the uses under one owner over to the next owner of an agent. */
export interface OwnerUse {
  /**
   * Adds an agent's uses under other owners, within their windows, to the budgets of `owner`. Call it before the owner
   * changes, so that there is no moment with new room, and again after it, for uses in between.
   */
  carryTo(owner: string, agent: string): Promise<void>;
}

export const ownerUse = ({
  documents,
  clock,
  budgets,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly budgets: Pick<BudgetRegistry, 'active'>;
}): OwnerUse => {
  const uses = documents.collection<BudgetUse>(BUDGET_USE);

  /** Sets the uses that the agent brings to its new owner. Idempotent. */
  const carry = (budget: Budget, agent: string, from: readonly BudgetUse[]): Promise<void> =>
    upsert(uses, budget.id, (use = { id: budget.id, parts: [] }) => {
      const parts = mergedParts(budget, from, clock.now());
      const { [agent]: before = [], ...others } = use.carried ?? {};
      if (JSON.stringify(before) === JSON.stringify(parts)) return undefined;
      return { ...use, carried: { ...others, ...(parts.length === 0 ? {} : { [agent]: parts }) } };
    });

  return {
    async carryTo(owner, agent): Promise<void> {
      const all = (await budgets.active()).filter(({ about, subject }) => about === 'owner' && subject === owner);
      if (all.length === 0) return;
      const found = await uses.find({ where: { agent }, limit: MOST_USES });
      const elsewhere = found.map(({ document }) => document).filter((use) => use.owner !== owner);
      for (const budget of all) {
        const shape = shapeOf(budget);
        await carry(
          budget,
          agent,
          elsewhere.filter((use) => use.shape === shape),
        );
      }
    },
  };
};
