/** `behalf successor-rules …`: who is asked to own the agents of accounts that leave. */
import { type Command, EXIT, type Option, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { listCommand, showCommand, updateCommand } from '../object-commands.ts';
import { printable } from '../table.ts';

const OPENS = { role: 'administrator', isProvenHere: true } as const;
const NOUN = 'successor-rules';
const DAY = 86_400;

const MEMBERS = {
  'applies-to': {
    value: 'POPULATION',
    description: 'Name or id of a group or a directory, or "*" for every owner (default).',
  },
  manager: { value: 'YES', description: 'yes: the manager of the account is asked first. Default: no.' },
  group: {
    value: 'GROUP',
    description: 'The group that is asked when no manager accepts; - for none.',
  },
  'accept-within': { value: 'DAYS', description: 'Days in which each of them can accept. Default 7.' },
} as const satisfies Record<string, Option>;

const members = async (call: ManagementCall): Promise<Json> => {
  const [appliesTo, manager, group, days] = ['applies-to', 'manager', 'group', 'accept-within'].map((name) =>
    call.text(name),
  );
  if (manager !== undefined && manager !== 'yes' && manager !== 'no') throw usageError('--manager is yes or no');
  if (days !== undefined && !/^[1-9]\d?$/.test(days)) throw usageError('--accept-within is a number of days, 1 to 30');
  return {
    ...(appliesTo === undefined ? {} : { applies_to: appliesTo }),
    ...(manager === undefined ? {} : { manager: manager === 'yes' }),
    ...(group === undefined ? {} : { group: group === '-' ? null : group }),
    ...(days === undefined ? {} : { accept_within: Number(days) * DAY }),
  };
};

const create = managementCommand({
  words: [NOUN, 'create'],
  operands: [],
  summary: 'Create a rule. Agents that have no owner now get a proposal by it, too.',
  ...OPENS,
  options: MEMBERS,
  notes: 'Ask managers first, and the group platform where there is none: --manager yes --group platform',
  run: async (call) => {
    const { body } = await call.api.run('createSuccessorRule', { body: await members(call) });
    call.print.object(body, `The rule is ${printable(String(body['id']))}.\n`);
    return EXIT.done;
  },
});

const remove = managementCommand({
  words: [NOUN, 'delete'],
  operands: ['SUCCESSOR_RULE'],
  summary: 'Delete a rule. Open proposals stay as they are.',
  warning: 'Agents of people who leave from now on wait for an administrator, unless another rule applies.',
  ...OPENS,
  options: {},
  run: async (call) => {
    const [id = ''] = call.operands;
    await call.api.run('removeSuccessorRule', { id });
    call.print.object({}, `${printable(call.typed[0] ?? '')} is removed.\n`);
    return EXIT.done;
  },
});

export const successorRuleCommands: readonly Command[] = [
  create,
  listCommand({
    noun: NOUN,
    plural: 'rules, newest first',
    operation: 'listSuccessorRules',
    nothing: 'There is none: agents without owner wait for an administrator. Add one: behalf successor-rules create',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'APPLIES TO', value: ({ applies_to: whom }) => whom, as: 'name' },
      { title: 'MANAGER', value: ({ manager }) => (manager === true ? 'yes' : 'no') },
      { title: 'GROUP', value: ({ group }) => group, as: 'name' },
      { title: 'DAYS', value: ({ accept_within: seconds }) => Number(seconds) / DAY },
    ],
  }),
  showCommand(NOUN, 'a rule', 'getSuccessorRule'),
  updateCommand({
    noun: NOUN,
    singular: 'a rule',
    operation: 'updateSuccessorRule',
    ...OPENS,
    options: MEMBERS,
    changes: members,
  }),
  remove,
];
