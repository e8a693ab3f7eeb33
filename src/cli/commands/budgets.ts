/** `behalf budgets …`: how much agents may get within a sliding window. */
import type { Command, Option } from '../command.ts';
import { EXIT } from '../command.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { texts } from '../members.ts';
import { idOf } from '../named-objects.ts';
import { findAccount, findOwner } from '../named-owners.ts';
import { listCommand, showCommand, updateCommand } from '../object-commands.ts';
import { timeSpan } from '../time-span.ts';

const CHANGEABLE = {
  limit: { value: 'NUMBER', description: 'Maximum within any window; 0 allows nothing.' },
  window: { value: 'TIME', description: 'Length of the sliding window: 90s, 15m, 24h or 7d, up to 31d.' },
} as const satisfies Record<string, Option>;

const CURRENCY = {
  'currency-member': {
    value: 'PATH',
    description:
      'Required with amount: member of the details that holds the currency, or none where amounts have no currency.',
  },
  currency: { value: 'CURRENCY', description: 'Currency that the budget counts, as the details name it: EUR.' },
} as const satisfies Record<string, Option>;

const currencyIn = (call: ManagementCall) => {
  const member = call.text('currency-member');
  return {
    ...(member === undefined ? {} : { currency_member: member === 'none' ? null : member }),
    ...texts(call, { currency: 'currency' }),
  };
};

const numbers = (call: ManagementCall): { readonly limit?: number; readonly window_seconds?: number } => {
  const limit = call.integer('limit', 0, Number.MAX_SAFE_INTEGER);
  const window = call.text('window');
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(window === undefined ? {} : { window_seconds: timeSpan('window', window) }),
  };
};

/** The id of what the budget is about. `--about` says which kind a name is of. */
const subjectOf = async (call: ManagementCall): Promise<string | undefined> => {
  const given = call.text('subject');
  if (given === undefined) return undefined;
  switch (call.text('about')) {
    case 'agent':
      return idOf(call.api, 'AGENT', given);
    case 'owner':
      return findOwner(call.api, given);
    case 'account':
      return findAccount(call.api, given);
    default:
      return given;
  }
};

const create = managementCommand({
  words: ['budgets', 'create'],
  operands: ['NAME'],
  summary:
    'Create a budget: a limit within a time window for an agent, an owner’s agents, an account, or a delegation.',
  role: 'administrator',
  options: {
    ...CHANGEABLE,
    about: { value: 'KIND', description: 'agent, owner, account or delegation.' },
    subject: { value: 'WHOM', description: 'Agent, owner or account by name or id; a delegation by its id.' },
    measure: { value: 'WHAT', description: 'tokens, amount or targets. Default: tokens.' },
    resource: { value: 'URL', description: 'Count only tokens for this resource server.' },
    scope: { value: 'SCOPE', description: 'Count only tokens with one of these scopes.', isRepeatable: true },
    'detail-type': {
      value: 'TYPE',
      description: 'Count only authorization details of this type; required with amount.',
    },
    ...CURRENCY,
  },
  run: async (call) => {
    const scopes = call.texts('scope');
    const subject = await subjectOf(call);
    const { body } = await call.api.run('createBudget', {
      body: {
        name: call.operands[0],
        measure: 'tokens',
        ...(subject === undefined ? {} : { subject }),
        ...texts(call, {
          about: 'about',
          measure: 'measure',
          resource: 'resource',
          'detail-type': 'detail_type',
        }),
        ...numbers(call),
        ...currencyIn(call),
        ...(scopes.length === 0 ? {} : { scopes }),
      },
    });
    await call.print.members(body);
    return EXIT.done;
  },
});

export const budgetCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'budgets',
    plural: 'budgets and their usage, newest first',
    operation: 'listBudgets',
    nothing:
      'There are no budgets. Make one: behalf budgets create NAME --about agent --subject AGENT --limit 100 --window 24h',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      {
        title: 'GONE',
        value: ({ counted, limit, currency }) =>
          `${counted} of ${limit}${currency === undefined ? '' : ` ${currency}`}`,
      },
      { title: 'WINDOW', value: ({ window_seconds: seconds }) => `${seconds} s` },
      { title: 'ABOUT', value: ({ about }) => about },
      { title: 'OF', value: ({ subject }) => subject, as: 'name' },
      { title: 'NAME', value: ({ name }) => name },
    ],
  }),
  showCommand('budgets', 'a budget', 'getBudget'),
  updateCommand({
    noun: 'budgets',
    singular: 'a budget',
    operation: 'updateBudget',
    options: {
      name: { value: 'NAME', description: 'Name to show.' },
      state: { value: 'STATE', description: 'active, or disabled: then it is not enforced.' },
      ...CHANGEABLE,
      ...CURRENCY,
    },
    changes: async (call) => ({
      ...texts(call, { name: 'name', state: 'state' }),
      ...numbers(call),
      ...currencyIn(call),
    }),
  }),
];
