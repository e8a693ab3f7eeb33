import { DomainError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { Budget } from './budget.ts';
import { budgetCounter } from './budget-counter.ts';
import type { BudgetRegistry } from './budget-registry.ts';
import { partAt, type Taking } from './counting.ts';

/** A token that is about to be made, as far as budgets look at it; one that no agent gets falls under none. */
export type Spending = {
  /** On whose behalf. */
  readonly subject?: string | undefined;
  /** Every agent whose hands it goes through. */
  readonly agents: readonly string[];
  /** The delegation it hangs on. */
  readonly delegation?: string | undefined;
  readonly resource?: string | undefined;
  readonly scope: readonly string[];
  /** Type and worth of each authorization detail; a detail without an amount is worth nothing that can be summed. */
  readonly details?: readonly { readonly type: string; readonly amount?: number }[];
};

export type Reservation = {
  /** Gives back what was taken, once, for a token that did not come to be. Never throws. */
  release(): Promise<void>;
};

const NOTHING: Reservation = { release: async () => {} };

/** Takes what a token needs out of every budget it falls under, or refuses it and takes nothing. */
export const budgetReservations = ({
  documents,
  clock,
  elapsed,
  identifiers,
  budgets,
  ownersOf,
  delegations,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  /** Seconds, never put back; for waiting only. */
  readonly elapsed: () => number;
  readonly identifiers: Identifiers;
  readonly budgets: Pick<BudgetRegistry, 'active'>;
  readonly ownersOf: (agents: readonly string[]) => Promise<readonly string[]>;
  readonly delegations: {
    live(id: string): Promise<{ readonly id: string; readonly ancestors: readonly string[] } | undefined>;
  };
}) => {
  const counter = budgetCounter({ documents, elapsed });

  const within = async (spending: Spending): Promise<readonly Budget[]> => {
    const all = await budgets.active();
    if (all.length === 0) return [];
    const owners = all.some(({ about }) => about === 'owner') ? await ownersOf(spending.agents) : [];
    const row =
      spending.delegation !== undefined && all.some(({ about }) => about === 'delegation')
        ? await delegations.live(spending.delegation)
        : undefined;
    const named = {
      agent: spending.agents,
      owner: owners,
      account: spending.subject === undefined ? [] : [spending.subject],
      delegation: row ? [row.id, ...row.ancestors] : [],
    };
    return all.filter(({ about, subject, resource, scopes, detailType }) => {
      if (!named[about].includes(subject)) return false;
      if (resource !== undefined && resource !== spending.resource) return false;
      if (scopes && !scopes.some((scope) => spending.scope.includes(scope))) return false;
      return detailType === undefined || spending.details?.some(({ type }) => type === detailType) === true;
    });
  };

  return {
    /**
     * Throws DomainError 'access_denied' in layer `budget` when one of the budgets has no room; then nothing is taken.
     * Of many at once, on all nodes, no more get through than the limit lets.
     */
    async reserve(spending: Spending): Promise<Reservation> {
      if (spending.agents.length === 0) return NOTHING;
      const found = await within(spending);
      if (found.length === 0) return NOTHING;
      const now = clock.now();
      const taken: { readonly budget: Budget; readonly taking: Taking }[] = [];
      const release = async (): Promise<void> => {
        const all = taken.splice(0);
        await Promise.all(all.map(({ budget, taking }) => counter.giveBack(budget, taking, partAt(budget, now))));
      };
      try {
        for (const budget of found) {
          const taking = takingOf(budget, spending);
          const full = await counter.take(budget, taking, now);
          if (full) throw refusal(identifiers, budget, full.fullUntil, now);
          taken.push({ budget, taking });
        }
      } catch (error) {
        await release();
        throw error;
      }
      return { release };
    },
  };
};

export type BudgetReservations = ReturnType<typeof budgetReservations>;

const takingOf = ({ measure, detailType }: Budget, { details = [], resource }: Spending): Taking => {
  if (measure === 'tokens') return { sum: 1 };
  if (measure === 'targets') return { sum: 0, target: resource ?? '' };
  const amounts = details.filter(({ type }) => type === detailType).map(({ amount }) => amount);
  // What is worth nobody knows how much is worth more than any budget.
  const isUnknown = amounts.some((amount) => amount === undefined || !Number.isFinite(amount) || amount < 0);
  return { sum: isUnknown ? Number.MAX_SAFE_INTEGER : amounts.reduce((sum: number, amount) => sum + (amount ?? 0), 0) };
};

const refusal = (identifiers: Identifiers, budget: Budget, fullUntil: number | undefined, now: number): DomainError =>
  new DomainError('access_denied', 'a budget this token falls under is used up', {
    ...(fullUntil === undefined ? {} : { retryAfterSeconds: Math.max(1, fullUntil - now) }),
    detail: budget.id,
    denial: {
      id: identifiers.newId('dny'),
      layer: 'budget',
      reason: 'budget_used_up',
      remedies: [
        ...(fullUntil === undefined ? [] : [{ kind: 'wait' as const, until: fullUntil }]),
        { kind: 'contact', whom: 'operator' },
      ],
    },
  });
