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
  limit: whole(0, Number.MAX_SAFE_INTEGER, 'At most so much within any window; 0: nothing.'),
  window_seconds: whole(
    60,
    2_678_400,
    'Length of the window, up to 31 days. It slides: there is no moment at which it begins anew.',
  ),
};

const CURRENCY: Properties = {
  currency_member: {
    type: ['string', 'null'],
    minLength: 1,
    maxLength: 400,
    description:
      'Needed with `amount`: path of the member of the details that holds the currency, as `currency` or `limits.currency`; null: amounts of this type have none. Fixed once it is set.',
  },
  currency: text(
    'With `currency_member`: the one currency it counts, as the details say it. A detail in another currency is refused, unless another budget about the same counts that one.',
    20,
  ),
};

const FIXED: Properties = {
  about: oneOf(
    'What `subject` is. Owner: all agents it answers for. Account: on whose behalf. Delegation: with all below it.',
    BUDGET_SUBJECTS,
  ),
  subject: text('Id of what it is about.', 100),
  measure: oneOf('How many tokens, the sum of an amount of details, or how many different resource servers.', MEASURES),
  resource: text('Only what is given at this resource server.', 2048),
  scopes: strings('Only what holds one of these scopes.', 100, 200),
  detail_type: text('Only authorization details of this type; with `amount` it is needed.', 200),
};

const STATE: Properties = { state: oneOf('Only an active one counts.', ['active', 'disabled']) };

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
      counted: { type: 'integer', description: 'How much of it is gone in the window that ends now.' },
      ...RECORD,
    },
    ['resource', 'scopes', 'detail_type', 'currency_member', 'currency'],
  ),
  BudgetPage: page('Budget'),
};
