import type { Budget } from '../../../domain/authority/budgets/budget.ts';
import { BUDGET_SUBJECTS, MEASURES } from '../../../domain/authority/budgets/budget.ts';
import type { BudgetRegistry } from '../../../domain/authority/budgets/budget-registry.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { existing, objectAnswer, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, givenId, PAGE, scopes } from '../route.ts';
import { named } from '../schema.ts';
import {
  change,
  identified,
  input,
  integer,
  oneOf,
  output,
  page,
  RECORD,
  strings,
  text,
  textOrNull,
} from '../schema-parts.ts';
import { toWire } from '../wire-names.ts';

const whole = (minimum: number, maximum: number, description: string) => integer(description, { minimum, maximum });

const CHANGEABLE = {
  name: text('Name to show.', 100),
  limit: whole(0, Number.MAX_SAFE_INTEGER, 'Maximum within any window; 0 allows nothing.'),
  window_seconds: whole(
    60,
    2_678_400,
    'Length of the sliding window, up to 31 days. The window never resets at a fixed time.',
  ),
};

const FIXED = {
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

const CURRENCY = {
  currency_member: textOrNull(
    'Required with `amount`: path of the details member that holds the currency, such as `currency` or `limits.currency`. null: amounts of this type have no currency. It cannot change once it is set.',
    400,
  ),
  currency: text(
    'With `currency_member`: the currency that the budget counts, as the details name it. The server refuses a detail in another currency unless another budget about the same subject counts that currency.',
    20,
  ),
};

const NEW_BUDGET = named(
  'NewBudget',
  input({ ...CHANGEABLE, ...FIXED, ...CURRENCY }, ['name', 'about', 'subject', 'measure', 'limit', 'window_seconds']),
);

const STATE = { state: oneOf('Only an active budget is enforced.', ['active', 'disabled']) };

const BUDGET_CHANGE = named('BudgetChange', change({ ...CHANGEABLE, ...CURRENCY, ...STATE }));

const BUDGET = named(
  'Budget',
  output(
    {
      ...identified('Begins with bud_.'),
      ...CHANGEABLE,
      ...FIXED,
      ...CURRENCY,
      ...STATE,
      counted: integer('Amount used in the window that ends now.'),
      ...RECORD,
    },
    ['resource', 'scopes', 'detail_type', 'currency_member', 'currency'],
  ),
);

const BUDGET_PAGE = page(BUDGET);

const SCOPES = scopes('budgets', {
  read: ['See budgets and how much of them is used', 'low'],
  write: ['Set how much agents may get within a time window', 'critical'],
});

const make = about('budgets', SCOPES);

const routes = {
  createBudget: make.create(
    '/budgets',
    NEW_BUDGET,
    BUDGET,
    'Create a budget: a limit on what agents may get within a time window',
    {
      roles: ADMINISTRATORS,
    },
  ),
  listBudgets: make.read('/budgets', BUDGET_PAGE, 'List budgets and their usage, newest first', {
    query: { ...PAGE, subject: givenId('Only budgets about this agent, owner, account or delegation.') },
  }),
  getBudget: make.read('/budgets/{id}', BUDGET, 'Read a budget and its usage'),
  updateBudget: make.change('/budgets/{id}', BUDGET_CHANGE, BUDGET, 'Change or disable a budget', {
    roles: ADMINISTRATORS,
  }),
};

type Shown = Budget & { readonly counted: number };

type Dependencies = {
  readonly budgets: BudgetRegistry;
};

const handlers = ({ budgets }: Dependencies): Handlers<typeof routes> => {
  const shown = async ({ document, version }: Versioned<Budget>): Promise<Versioned<Shown>> => ({
    document: { ...document, counted: await budgets.counted(document) },
    version,
  });
  const answer = async (found: Versioned<Budget>) => objectAnswer(await shown(found), showBudget);

  return {
    createBudget: async ({ body, by }) => answer(await budgets.create(body, by)),

    async listBudgets(call) {
      const { items, ...page } = await budgets.list({
        ...pageOf(call),
        ...(call.query.subject ? { subject: call.query.subject } : {}),
      });
      return pageAnswer({ ...page, items: await Promise.all(items.map(shown)) }, showBudget);
    },

    getBudget: async ({ id }) => answer(existing(await budgets.get(id))),

    async updateBudget(call) {
      sameVersion(existing(await budgets.get(call.id)), call);
      return answer(await budgets.update(call.id, call.version, call.body, call.by));
    },
  };
};

const showBudget = (budget: Shown) => toWire({ ...budget });

export const budgets = resource(routes, handlers);
