/** Schemas of budgets; see schemas.ts. */
import { BUDGET_SUBJECTS, MEASURES } from '../../domain/authority/budgets/budget.ts';
import {
  change,
  identified,
  input,
  type JsonSchema,
  oneOf,
  output,
  type Properties,
  page,
  RECORD,
  strings,
  text,
} from './schema-parts.ts';

const whole = (minimum: number, maximum: number, description: string): JsonSchema => ({
  type: 'integer',
  minimum,
  maximum,
  description,
});

const CHANGEABLE: Properties = {
  name: text('Name to show.', 100),
  limit: whole(0, Number.MAX_SAFE_INTEGER, 'Maximum within any window; 0 allows nothing.'),
  window_seconds: whole(
    60,
    2_678_400,
    'Length of the sliding window, up to 31 days. The window never resets at a fixed time.',
  ),
};

const CURRENCY: Properties = {
  currency_member: {
    type: ['string', 'null'],
    minLength: 1,
    maxLength: 400,
    description:
      'Required with `amount`: path of the details member that holds the currency, such as `currency` or `limits.currency`. null: amounts of this type have no currency. It cannot change once it is set.',
  },
  currency: text(
    'With `currency_member`: the currency that the budget counts, as the details name it. The server refuses a detail in another currency unless another budget about the same subject counts that currency.',
    20,
  ),
};

const FIXED: Properties = {
  about: oneOf(
    'Kind of `subject`. owner: all agents that the account or group owns. account: the account on whose behalf agents act. delegation: the delegation with all its descendants.',
    BUDGET_SUBJECTS,
  ),
  subject: text('Id of the agent, owner, account or delegation.', 100),
  measure: oneOf(
    'What the budget measures: the number of tokens, the sum of an amount in details, or the number of different resource servers.',
    MEASURES,
  ),
  resource: text('Count only tokens for this resource server.', 2048),
  scopes: strings('Count only tokens with one of these scopes.', 100, 200),
  detail_type: text('Count only authorization details of this type; required with `amount`.', 200),
};

const STATE: Properties = { state: oneOf('Only an active budget is enforced.', ['active', 'disabled']) };

export const BUDGET_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  NewBudget: input({ ...CHANGEABLE, ...FIXED, ...CURRENCY }, [
    'name',
    'about',
    'subject',
    'measure',
    'limit',
    'window_seconds',
  ]),
  BudgetChange: change({ ...CHANGEABLE, ...CURRENCY, ...STATE }),
  Budget: output(
    {
      ...identified('Begins with bud_.'),
      ...CHANGEABLE,
      ...FIXED,
      ...CURRENCY,
      ...STATE,
      counted: { type: 'integer', description: 'Amount used in the window that ends now.' },
      ...RECORD,
    },
    ['resource', 'scopes', 'detail_type', 'currency_member', 'currency'],
  ),
  BudgetPage: page('Budget'),
};
