/**
 * Budgets: how much may be given out over a window of time, counted over all nodes. A budget is about an agent, an owner,
 * a person or a delegation, and counts whatever is given through it: what an agent hands on counts for the agent too, so
 * cutting one act into many, or spreading it over sub-agents, is counted all the same. Owns budgets, what was counted and
 * the rule; does not own who asks (src/provider/token-claims.ts) nor what a detail is worth (domain/resources/authorization-details).
 */
import type { CollectionDeclaration } from '../../ports/document-store.ts';

export const BUDGET_SUBJECTS = ['agent', 'owner', 'account', 'delegation'] as const;

/** `tokens`: how many. `amount`: the sum of a member of details. `targets`: how many different resource servers. */
export const MEASURES = ['tokens', 'amount', 'targets'] as const;

export type BudgetMeasure = (typeof MEASURES)[number];

export type Budget = {
  readonly id: string;
  readonly name: string;
  /** What kind of thing `subject` is. */
  readonly about: (typeof BUDGET_SUBJECTS)[number];
  /** Id of an agent, an owner (account or group), an account on whose behalf, or a delegation with all below it. */
  readonly subject: string;
  readonly measure: BudgetMeasure;
  /** At most so much within any `windowSeconds`; 0: nothing. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** Only what is given at this resource server (resource indicator). */
  readonly resource?: string;
  /** Only what holds one of these scopes. */
  readonly scopes?: readonly string[];
  /** Only details of this type; with `amount` it is needed. */
  readonly detailType?: string;
  /**
   * With `amount`: path of the member that holds the currency, as `limits.currency`; null: amounts of this type have none.
   * Absent: a budget from before currencies were told apart. It lets nothing of its type through until it is given.
   */
  readonly currencyMember?: string | null;
  /** The one currency it counts, letter by letter as that member says it. */
  readonly currency?: string;
  readonly state: 'active' | 'disabled';
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const BUDGETS = {
  name: 'budgets',
  indexes: [{ fields: ['createdAt'] }, { fields: ['subject', 'createdAt'] }, { fields: ['state', 'createdAt'] }],
  members: ['name', 'about', 'subject', 'measure', 'limit', 'windowSeconds', 'state', 'createdAt'],
} as const satisfies CollectionDeclaration;

/** So many parts a window has; a part counts until all of it is older than the window. */
export const PARTS = 60;

export type Counted = {
  /** First second of the part. */
  readonly at: number;
  readonly sum: number;
  /** Only of `targets`. */
  readonly targets?: readonly string[];
  /** How many tokens hold each of them, in the same order; absent on parts from before that was counted. */
  readonly holders?: readonly number[];
};

/**
 * What was given out of a budget; its id is the budget's. One document, so that counting is one compare-and-swap. Or what
 * one agent was given while one owner had it, kept for the budgets of owners to come (owner-use.ts).
 */
export type BudgetUse = {
  readonly id: string;
  readonly parts: readonly Counted[];
  /** Of a budget of an owner: by agent, what agents that came to this owner had been given under others. */
  readonly carried?: Readonly<Record<string, readonly Counted[]>>;
  /** Of what an agent was given: the agent, the owner it had, and what is counted how (`shapeOf`). */
  readonly agent?: string;
  readonly owner?: string;
  readonly shape?: string;
  /** When nothing of it counts any more. Absent on the use of a budget. */
  readonly expiresAt?: number;
};

export const BUDGET_USE = {
  name: 'budget_use',
  indexes: [{ fields: ['agent'] }],
  expiresAt: 'expiresAt',
  members: ['parts'],
} as const satisfies CollectionDeclaration;

/** Marks that the set of budgets changed, so that nodes read it again; its id is `budgets`. */
export type BudgetMark = { readonly id: 'budgets'; readonly changes: number };

export const BUDGET_MARK = {
  name: 'budget_mark',
  indexes: [],
  members: ['changes'],
} as const satisfies CollectionDeclaration;
