/** `behalf accounts …` over the management API. reset-password.ts sets a password on the machine of the server. */
import { type Command, EXIT, type Option } from '../command.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { lists, texts } from '../members.ts';
import { findAccount } from '../named-owners.ts';
import { actionCommand, listCommand, SEARCH, showCommand, stateFilter, updateCommand } from '../object-commands.ts';
import { choosePassword } from '../password.ts';
import { details, printable } from '../table.ts';
import { disableAccount } from './accounts-disable.ts';

const CHANGEABLE = {
  email: { value: 'ADDRESS', description: 'E-mail address.' },
  language: { value: 'LANGUAGE', description: 'The person’s language, for pages and mails: en or de.' },
  role: {
    value: 'ROLE',
    description:
      'administrator, operator, auditor, or break_glass (two people with this role can allow an action in an emergency).',
    isRepeatable: true,
  },
  group: { value: 'NAME', description: 'Group of the account, for existing software.', isRepeatable: true },
} as const satisfies Record<string, Option>;

const LISTS = { role: 'roles', group: 'groups' } as const;

const create = managementCommand({
  words: ['accounts', 'create'],
  operands: ['USERNAME'],
  summary: 'Create an account. --role needs --local.',
  role: 'administrator',
  isProvenHere: true,
  options: {
    name: { value: 'NAME', description: 'The person’s name. Default: the username.' },
    ...CHANGEABLE,
    'password-file': { value: 'FILE', description: 'File with the password. - reads standard input.' },
  },
  notes:
    'Without --password-file the command asks for the password. Without a terminal it generates a password and prints it once.',
  run: async (call) => {
    const username = call.operands[0] ?? '';
    const { password, isGenerated } = await choosePassword(
      call.terminal,
      call.text('password-file'),
      `Password for ${printable(username)}`,
    );
    const { body } = await call.api.run('createAccount', {
      body: {
        username,
        name: call.text('name') ?? username,
        password,
        ...texts(call, { email: 'email', language: 'language' }),
        ...lists(call, LISTS),
      },
    });
    const shown = isGenerated ? { password } : {};
    call.print.object(
      { ...body, ...shown },
      details([
        ['id', body['id']],
        ['username', body['username']],
        ['roles', body['roles']],
        ...(isGenerated ? [['password', `${password} (shown once)`] as const] : []),
      ]),
    );
    return EXIT.done;
  },
});

const BY_NAME = {
  name: 'ACCOUNT',
  find: (call: ManagementCall, given: string) => findAccount(call.api, given),
};

export const accountCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'accounts',
    plural: 'accounts, newest first',
    operation: 'listAccounts',
    nothing: 'There are no accounts. Create one: behalf accounts create USERNAME --name NAME',
    filters: { ...SEARCH, ...stateFilter('active or disabled') },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'USERNAME', value: ({ username }) => username },
      { title: 'ROLES', value: ({ roles }) => roles },
      { title: 'NAME', value: ({ name }) => name },
    ],
  }),
  showCommand('accounts', 'an account', 'getAccount', BY_NAME),
  updateCommand({
    noun: 'accounts',
    singular: 'an account',
    operation: 'updateAccount',
    operand: BY_NAME,
    role: 'administrator',
    isProvenHere: true,
    options: { name: { value: 'NAME', description: 'The person’s name.' }, ...CHANGEABLE },
    changes: async (call) => ({
      ...texts(call, { name: 'name', email: 'email', language: 'language' }),
      ...lists(call, LISTS),
    }),
  }),
  disableAccount,
  actionCommand({
    noun: 'accounts',
    verb: 'enable',
    operation: 'enableAccount',
    operand: BY_NAME,
    summary: 'Enable accounts again.',
    isOnSeveral: true,
    done: 'active',
    role: 'administrator',
  }),
  actionCommand({
    noun: 'accounts',
    verb: 'end-sessions',
    operation: 'endAccountSessions',
    operand: BY_NAME,
    summary: 'End all sessions of an account and the access that apps hold because of them.',
    warning:
      'The person is signed out everywhere, and apps lose the access that the sessions gave. A new sign-in is needed.',
    done: 'signed out everywhere',
  }),
  actionCommand({
    noun: 'accounts',
    verb: 'remove-factors',
    operation: 'removeAccountFactors',
    operand: BY_NAME,
    summary: 'Remove all second factors of an account whose user lost them. Afterwards the password is enough.',
    warning: 'Afterwards the password alone is enough to sign in. Be sure who asks.',
    done: 'without second factors',
    role: 'administrator',
    isProvenHere: true,
  }),
];
