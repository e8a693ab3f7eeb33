import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: budgets. */
export const BUDGET_REFUSALS = {
  budget_subject_malformed: { code: 'invalid_field', text: 'A budget about one {about} names it by its id.' },
  budget_limit_malformed: { code: 'invalid_field', text: 'A limit is a whole number, 0 or more.' },
  budget_window_malformed: { code: 'invalid_field', text: 'A window has 60 seconds to 31 days.' },
  budget_targets_exceeded: { code: 'invalid_field', text: 'At most 500 targets are told apart.' },
  budget_detail_type_missing: { code: 'invalid_field', text: 'An amount is of details: name their type.' },
  budgets_exceeded: { code: 'invalid_field', text: 'At most {most} budgets are active at once.' },
  budget_currency_unused: { code: 'invalid_field', text: 'Only amounts have a currency.' },
  budget_currency_member_missing: {
    code: 'invalid_field',
    text: 'Name the member of the details that holds the currency, or null where amounts of this type have none.',
  },
  budget_currency_without_member: {
    code: 'invalid_field',
    text: 'Amounts without a member for the currency have none.',
  },
  budget_currency_member_malformed: {
    code: 'invalid_field',
    text: 'The path of a member, as currency or limits.currency.',
  },
  budget_currency_missing: {
    code: 'invalid_field',
    text: 'Name the one currency it counts, as the details say it: EUR.',
  },
  budget_member_fixed: { code: 'invalid_field', text: 'This is fixed: make another budget.' },
  budget_used_up: { code: 'access_denied', text: 'a budget this token falls under is used up' },
  currency_not_named: {
    code: 'access_denied',
    text: 'a budget this token falls under does not say which member holds the currency',
  },
  currency_not_budgeted: {
    code: 'access_denied',
    text: 'a budget this token falls under counts another currency than the one that was asked for',
  },
} as const satisfies RefusalTable;

export const budgetRefusal = refusalsOf(BUDGET_REFUSALS);
