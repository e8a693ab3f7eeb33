/**
 * Budgets: limits on what may be granted within a window of time, over all nodes. A budget is about an agent, an owner,
 * a person or a delegation, and counts everything granted through it. Grants that an agent re-delegates also count for
 * that agent. So an agent avoids no budget by splitting an action or spreading it over sub-agents. Owns budgets, their
 * uses and the rule. Does not own the caller (src/provider/tokens/token-claims.ts) nor the amount of a detail
 * (domain/resources/authorization-details).
 */
import type { OwnedCollection } from '../../ports/owned-collection.ts';

export const BUDGET_SUBJECTS = ['agent', 'owner', 'account', 'delegation'] as const;

/**
 * `tokens`: the number of tokens. `amount`: the sum of a member of details. `targets`: the number of different resource
 * servers.
 */
export const MEASURES = ['tokens', 'amount', 'targets'] as const;

export type BudgetMeasure = (typeof MEASURES)[number];

export type Budget = {
  readonly id: string;
  readonly name: string;
  /** Kind of `subject`. */
  readonly about: (typeof BUDGET_SUBJECTS)[number];
  /**
   * Id of an agent, an owner (account or group), an account on whose behalf an agent acts, or a delegation with all
   * delegations below it.
   */
  readonly subject: string;
  readonly measure: BudgetMeasure;
  /** Maximum within any `windowSeconds`; 0: nothing. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** Counts only what is granted at this resource server (resource indicator). */
  readonly resource?: string;
  /** Counts only tokens with one of these scopes. */
  readonly scopes?: readonly string[];
  /** Counts only details of this type; required with `amount`. */
  readonly detailType?: string;
  /**
   * With `amount`: path of the member that holds the currency, as `limits.currency`; null: amounts of this type have none.
   * Absent: a budget from before currencies were distinguished. It denies everything of its type until the member is set.
   */
  readonly currencyMember?: string | null;
  /** The one currency that it counts, exactly as that member spells it. */
  readonly currency?: string;
  readonly state: 'active' | 'disabled';
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const BUDGETS = {
  name: 'budgets',
  holds: 'a limit for what is given within a window of time',
  prefixes: ['bud'],
  events: ['budget'],
  consistency: 'majority',
  cached: false,
  retention: {
    removedBy: 'nothing',
    because: 'an administrator can enable a disabled budget again, and the audit log names it',
  },
  transfer: 'removes authority',
  indexes: [{ fields: ['createdAt'] }, { fields: ['subject', 'createdAt'] }, { fields: ['state', 'createdAt'] }],
  members: ['name', 'about', 'subject', 'measure', 'limit', 'windowSeconds', 'state', 'createdAt'],
} as const satisfies OwnedCollection;

/** Number of parts of a window. A part is counted until all of it is older than the window. */
export const PARTS = 60;

export type Counted = {
  /** First second of the part. */
  readonly at: number;
  readonly sum: number;
  /** Only of `targets`. */
  readonly targets?: readonly string[];
  /** Number of tokens for each of them, in the same order; absent in parts from before that was stored. */
  readonly holders?: readonly number[];
};

/**
 * The use of a budget, under the budget's id. It is one document, so that counting is one compare-and-swap. Or the use
 * of one agent under one owner, kept for the budgets of later owners (owner-use.ts).
 */
export type BudgetUse = {
  readonly id: string;
  readonly parts: readonly Counted[];
  /** For a budget of an owner: by agent, the uses that agents had under other owners. */
  readonly carried?: Readonly<Record<string, readonly Counted[]>>;
  /** For the use of an agent: the agent, its owner at that time, and the shape (`shapeOf`). */
  readonly agent?: string;
  readonly owner?: string;
  readonly shape?: string;
  /** Epoch second from which it is no longer counted. Absent on the use of a budget. */
  readonly expiresAt?: number;
};

export const BUDGET_USE = {
  name: 'budget_use',
  holds: 'what a budget has counted, or one agent under one owner',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'the use of an agent is older than its window; the use of a budget stays' },
  transfer: 'removes authority',
  indexes: [{ fields: ['agent'] }],
  expiresAt: 'expiresAt',
  members: ['parts'],
} as const satisfies OwnedCollection;

/** Changes with the set of budgets, so that nodes read it again; its id is `budgets`. */
export type BudgetMark = { readonly id: 'budgets'; readonly changes: number };

export const BUDGET_MARK = {
  name: 'budget_mark',
  holds: 'a number that changes with the set of budgets',
  prefixes: [],
  events: [],
  consistency: 'linearizable',
  cached: true,
  retention: { removedBy: 'nothing', because: 'an installation has one document' },
  transfer: 'removes authority',
  indexes: [],
  members: ['changes'],
} as const satisfies OwnedCollection;
