import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { DetailAmount } from '../../resources/authorization-details/narrowed-details.ts';
import { memberAt } from '../../vocabulary/detail-type.ts';
import type { DomainError } from '../../vocabulary/errors.ts';
import type { Budget } from './budget.ts';
import { budgetCounter } from './budget-counter.ts';
import { budgetRefusal } from './budget-refusals.ts';
import type { BudgetRegistry } from './budget-registry.ts';
import { overAt, partAt, type Taking } from './counting.ts';
import { shapeOf, useOfAgent } from './owner-use.ts';

/** A token about to be issued, with the members that budgets use. No budget covers a token without an agent. */
export type Spending = {
  /** Account on whose behalf the agent acts. */
  readonly subject?: string | undefined;
  /** Every agent in its chain. */
  readonly agents: readonly string[];
  /** Delegation of the token. */
  readonly delegation?: string | undefined;
  readonly resource?: string | undefined;
  readonly scope: readonly string[];
  /** Type and amount of each authorization detail. A detail without an amount cannot be summed. */
  readonly details?: readonly DetailAmount[];
};

/** What a token took of one budget: millionths of its limit. Budgets of targets count no share. */
export type Spent = { readonly budget: string; readonly millionths: number };

export type Reservation = {
  /** Of budgets with a limit, at most MOST_SPENT, the largest shares first. */
  readonly spent: readonly Spent[];
  /** Gives back what was taken, once, for a token that was not issued. Never throws. */
  release(): Promise<void>;
};

const NOTHING: Reservation = { spent: [], release: async () => {} };
/** Budgets that the event of a token names. */
const MOST_SPENT = 10;

/** Takes the use of a token from every budget that covers it, or denies the token and takes nothing. */
export interface BudgetReservations {
  /**
   * Throws DomainError 'access_denied' in layer `budget` when one of the budgets has no room. Also throws it when a
   * budget is in another currency than everything granted. Then nothing is taken. Concurrent requests on all nodes
   * together never exceed the limit.
   */
  reserve(spending: Spending): Promise<Reservation>;
}

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
  /** Monotonic seconds; for waiting only. */
  readonly elapsed: () => number;
  readonly identifiers: Identifiers;
  readonly budgets: Pick<BudgetRegistry, 'active'>;
  /** Agents with their current owners. */
  readonly ownersOf: (agents: readonly string[]) => Promise<readonly { readonly id: string; readonly owner: string }[]>;
  readonly delegations: {
    live(id: string): Promise<{ readonly id: string; readonly ancestors: readonly string[] } | undefined>;
  };
}): BudgetReservations => {
  const counter = budgetCounter({ documents, elapsed });

  /** Whether a budget covers this resource, scope and detail type; ignores its subject. */
  const countsThere = ({ resource, scopes, detailType }: Budget, spending: Spending): boolean => {
    if (resource !== undefined && resource !== spending.resource) return false;
    if (scopes && !scopes.some((scope) => spending.scope.includes(scope))) return false;
    return detailType === undefined || spending.details?.some(({ type }) => type === detailType) === true;
  };

  /** The budgets that cover it, and the uses to store for its agents, which later owners' budgets include. */
  const within = async (spending: Spending) => {
    const all = (await budgets.active()).filter((budget) => countsThere(budget, spending));
    const ofOwners = all.filter(({ about }) => about === 'owner');
    const held = ofOwners.length === 0 ? [] : await ownersOf(spending.agents);
    const delegation =
      spending.delegation !== undefined && all.some(({ about }) => about === 'delegation')
        ? await delegations.live(spending.delegation)
        : undefined;
    const named = {
      agent: spending.agents,
      owner: held.map(({ owner }) => owner),
      account: spending.subject === undefined ? [] : [spending.subject],
      delegation: delegation ? [delegation.id, ...delegation.ancestors] : [],
    };
    const shapes = [...new Map(ofOwners.map((budget) => [shapeOf(budget), budget])).entries()];
    return {
      found: all.filter(({ about, subject }) => named[about].includes(subject)),
      kept: held.flatMap(({ id, owner }) =>
        shapes.map(([shape, budget]) => ({
          budget: useOfAgent(budget, id, owner),
          about: { agent: id, owner, shape, expiresAt: overAt(budget, clock.now()) },
        })),
      ),
    };
  };

  return {
    async reserve(spending): Promise<Reservation> {
      if (spending.agents.length === 0) return NOTHING;
      const { found, kept } = await within(spending);
      if (found.length + kept.length === 0) return NOTHING;
      for (const budget of found) {
        const reason = currencyProblem(budget, found, spending);
        if (reason) throw currencyRefusal(identifiers, budget, reason);
      }
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
        for (const { budget, about } of kept) {
          const taking = takingOf(budget, spending);
          // A budget that covers an unknown amount denies it. Here the amount would use up the whole budget, so it is
          // left out.
          if (taking.sum === Number.MAX_SAFE_INTEGER) continue;
          await counter.take(budget, taking, now, about);
          taken.push({ budget, taking });
        }
      } catch (error) {
        await release();
        throw error;
      }
      return { spent: sharesOf(taken.slice(0, found.length)), release };
    },
  };
};

/** The currency of a detail, from the member that the budget names. Undefined: the detail states none. */
const currencyIn = ({ currencyMember }: Budget, { detail }: DetailAmount): string | undefined => {
  if (typeof currencyMember !== 'string') return undefined;
  const value = detail && memberAt(detail, currencyMember);
  return typeof value === 'string' ? value : undefined;
};

/** Details of the type of a budget. */
const ofType = ({ detailType }: Budget, { details = [] }: Spending): readonly DetailAmount[] =>
  details.filter(({ type }) => type === detailType);

const takingOf = (budget: Budget, spending: Spending): Taking => {
  const { measure, currencyMember, currency } = budget;
  if (measure === 'tokens') return { sum: 1 };
  if (measure === 'targets') return { sum: 0, target: spending.resource ?? '' };
  const mine = ofType(budget, spending).filter(
    (detailAmount) => typeof currencyMember !== 'string' || currencyIn(budget, detailAmount) === currency,
  );
  const amounts = mine.map(({ amount }) => amount);
  // Treats an unknown amount as more than any budget.
  const isUnknown = amounts.some((amount) => amount === undefined || !Number.isFinite(amount) || amount < 0);
  return { sum: isUnknown ? Number.MAX_SAFE_INTEGER : amounts.reduce((sum: number, amount) => sum + (amount ?? 0), 0) };
};

/** Millionths, to the thousandth: whole ones would count a token of a large budget several times over. */
const millionthsOf = (sum: number, limit: number): number => Math.ceil((sum / limit) * 1e9) / 1000;

const sharesOf = (taken: readonly { readonly budget: Budget; readonly taking: Taking }[]): readonly Spent[] =>
  taken
    .flatMap(({ budget: { id, limit, measure }, taking: { sum } }) =>
      measure === 'targets' || sum === 0 ? [] : [{ budget: id, millionths: millionthsOf(sum, limit) }],
    )
    .sort((one, other) => other.millionths - one.millionths)
    .slice(0, MOST_SPENT);

/**
 * Why a budget of amounts cannot include the use. Either the budget does not name the member of the currency. Or
 * neither this budget nor another one about the same subject covers a currency in use. Two currencies are never added.
 */
const currencyProblem = (
  budget: Budget,
  found: readonly Budget[],
  spending: Spending,
): 'currency_not_named' | 'currency_not_budgeted' | undefined => {
  const { measure, about, subject, detailType, currencyMember } = budget;
  if (measure !== 'amount' || currencyMember === null) return undefined;
  if (currencyMember === undefined) return 'currency_not_named';
  const sameThing = found.filter(
    (one) =>
      one.measure === 'amount' && one.about === about && one.subject === subject && one.detailType === detailType,
  );
  const isCounted = (detailAmount: DetailAmount): boolean =>
    sameThing.some((one) => one.currency !== undefined && currencyIn(one, detailAmount) === one.currency);
  return ofType(budget, spending).every(isCounted) ? undefined : 'currency_not_budgeted';
};

const currencyRefusal = (
  identifiers: Identifiers,
  budget: Budget,
  reason: 'currency_not_named' | 'currency_not_budgeted',
): DomainError =>
  budgetRefusal(reason, {
    detail: budget.id,
    denial: {
      id: identifiers.newId('dny'),
      layer: 'budget',
      reason,
      remedies: [{ kind: 'contact', whom: 'operator' }],
    },
  });

const refusal = (identifiers: Identifiers, budget: Budget, fullUntil: number | undefined, now: number): DomainError =>
  budgetRefusal('budget_used_up', {
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
