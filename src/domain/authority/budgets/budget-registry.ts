import type { AuditLog } from '../../audit/audit-event.ts';
import { checkName } from '../../platform/display-names/display-text.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, tryInsert, upsert, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { BUDGET_MARK, BUDGET_USE, BUDGETS, type Budget, type BudgetMark, type BudgetUse } from './budget.ts';
import { budgetRefusal } from './budget-refusals.ts';
import { countedNow } from './counting.ts';

export type NewBudget = Omit<Budget, 'id' | 'state' | 'createdAt' | 'updatedAt'>;
export type BudgetChange = Partial<
  Pick<Budget, 'name' | 'limit' | 'windowSeconds' | 'state' | 'currencyMember' | 'currency'>
>;
export type BudgetQuery = PageQuery & { readonly subject?: string };

/** Maximum number of active budgets: each token is checked against all of them. */
const MOST_ACTIVE = 1000;
const REREAD_SECONDS = 10;
const LONGEST_WINDOW = 31 * 86_400;

const PREFIXES: Readonly<Record<Budget['about'], readonly string[]>> = {
  agent: ['agt_'],
  owner: ['acc_', 'grp_'],
  account: ['acc_'],
  delegation: ['dlg_'],
};

/** The budget registry, and the list of active budgets that nodes cache. */
export interface BudgetRegistry {
  /** Reads one budget with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<Budget> | undefined>;
  /** One page of budgets, newest first. `query` may name a subject. */
  list(query?: BudgetQuery): Promise<Page<Budget>>;
  /** How much of the budget is used in the window that ends now. */
  counted(budget: Budget): Promise<number>;
  /** Creates a budget. It applies on all nodes from their next token on. Throws 'invalid_field'. */
  create(wanted: NewBudget, by: By): Promise<Versioned<Budget>>;
  /** Throws 'invalid_field', 'not_found' and 'precondition_failed'. */
  update(id: string, expected: number, change: BudgetChange, by: By): Promise<Versioned<Budget>>;
  /** Stores the mark, so that nodes can cache it. A missing document would be read each time. */
  prepare(): Promise<void>;
  /** All active budgets. Reads them again when the set has changed. */
  active(): Promise<readonly Budget[]>;
}

export const budgetRegistry = ({
  documents,
  clock,
  identifiers,
  audit,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
}): BudgetRegistry => {
  const collection = documents.collection<Budget>(BUDGETS);
  const uses = documents.collection<BudgetUse>(BUDGET_USE);
  const marks = documents.collection<BudgetMark>(BUDGET_MARK);
  const documentsOf = registeredDocuments<Budget>({ collection, kind: 'budget', audit, clock });
  let known: { readonly changes: number; readonly at: number; readonly budgets: readonly Budget[] } | undefined;

  const changesNow = async (): Promise<number> => (await marks.get('budgets'))?.document.changes ?? 0;

  const mark = (): Promise<void> =>
    upsert<BudgetMark>(marks, 'budgets', (before) => ({ id: 'budgets', changes: (before?.changes ?? 0) + 1 }));

  const activeOnes = async (): Promise<readonly Budget[]> =>
    (
      await collection.find({
        where: { state: 'active' },
        order: { by: 'createdAt', direction: 'ascending' },
        limit: MOST_ACTIVE,
      })
    ).map(({ document }) => document);

  const checked = async (budget: Budget, before?: Budget): Promise<Budget> => {
    if (budget.name !== before?.name) checkName(budget.name, '/name');
    if (!PREFIXES[budget.about].some((prefix) => budget.subject.startsWith(prefix))) {
      throw budgetRefusal('budget_subject_malformed', { field: '/subject', params: { about: budget.about } });
    }
    const { limit, windowSeconds, measure } = budget;
    if (!Number.isSafeInteger(limit) || limit < 0) throw budgetRefusal('budget_limit_malformed', { field: '/limit' });
    if (!Number.isSafeInteger(windowSeconds) || windowSeconds < 60 || windowSeconds > LONGEST_WINDOW) {
      throw budgetRefusal('budget_window_malformed', { field: '/window_seconds' });
    }
    if (measure === 'targets' && limit > 500) throw budgetRefusal('budget_targets_exceeded', { field: '/limit' });
    if (measure === 'amount' && budget.detailType === undefined) {
      throw budgetRefusal('budget_detail_type_missing', { field: '/detail_type' });
    }
    checkCurrency(budget, before);
    const isNew = budget.state === 'active' && before?.state !== 'active';
    if (isNew && (await activeOnes()).length >= MOST_ACTIVE) {
      throw budgetRefusal('budgets_exceeded', { field: '/state', params: { most: MOST_ACTIVE } });
    }
    return budget;
  };

  return {
    get: (id): Promise<Versioned<Budget> | undefined> => collection.get(id),

    list: ({ subject, ...query } = {}): Promise<Page<Budget>> => documentsOf.list({ subject }, query),

    async counted(budget): Promise<number> {
      return countedNow(budget, (await uses.get(budget.id))?.document, clock.now());
    },

    async create(wanted, by): Promise<Versioned<Budget>> {
      const now = clock.now();
      const budget = await checked({
        ...wanted,
        id: identifiers.newId('bud'),
        state: 'active',
        createdAt: now,
        updatedAt: now,
      });
      const made = await documentsOf.insert(budget, 'budget.created', by);
      await mark();
      return made;
    },

    async update(id, expected, change, by): Promise<Versioned<Budget>> {
      const changed = await documentsOf.change(id, expected, 'budget.updated', by, (budget) =>
        checked({ ...budget, ...change }, budget),
      );
      await mark();
      return changed;
    },

    async prepare(): Promise<void> {
      if (await marks.get('budgets')) return;
      await tryInsert(marks, { id: 'budgets', changes: 0 });
    },

    async active(): Promise<readonly Budget[]> {
      const changes = await changesNow();
      const now = clock.now();
      // Also reads again after a while, since a change may have been stored without its mark.
      const isFresh = known?.changes === changes && now >= known.at && now < known.at + REREAD_SECONDS;
      if (!known || !isFresh) known = { changes, at: now, budgets: await activeOnes() };
      return known.budgets;
    },
  };
};

const MEMBER_PATH = /^[^.]{1,100}(?:\.[^.]{1,100}){0,7}$/;
const CURRENCY = /^[\x21-\x7e]{1,20}$/;

/**
 * A budget of amounts names the member of the currency and its own currency, or states that there is none. Neither can
 * change afterwards: a sum in one currency has no meaning in another.
 */
const checkCurrency = ({ measure, currencyMember, currency, state }: Budget, before: Budget | undefined): void => {
  if (measure !== 'amount') {
    if (currencyMember !== undefined) throw budgetRefusal('budget_currency_unused', { field: '/currency_member' });
    if (currency !== undefined) throw budgetRefusal('budget_currency_unused', { field: '/currency' });
    return;
  }
  // A budget from before currencies were distinguished can be disabled without setting the member.
  if (currencyMember === undefined && before !== undefined && state === 'disabled') return;
  if (currencyMember === undefined) {
    throw budgetRefusal('budget_currency_member_missing', { field: '/currency_member' });
  }
  if (currencyMember === null && currency !== undefined) {
    throw budgetRefusal('budget_currency_without_member', { field: '/currency' });
  }
  if (typeof currencyMember === 'string') {
    if (!MEMBER_PATH.test(currencyMember)) {
      throw budgetRefusal('budget_currency_member_malformed', { field: '/currency_member' });
    }
    if (currency === undefined || !CURRENCY.test(currency)) {
      throw budgetRefusal('budget_currency_missing', { field: '/currency' });
    }
  }
  if (before?.currencyMember === undefined) return;
  if (before.currencyMember !== currencyMember) {
    throw budgetRefusal('budget_member_fixed', { field: '/currency_member' });
  }
  if (before.currency !== currency) throw budgetRefusal('budget_member_fixed', { field: '/currency' });
};
