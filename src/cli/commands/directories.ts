/** `behalf directories …`: systems that provision accounts over SCIM. */
import { MOST_COUNTED } from '../../domain/identity/directories/directory.ts';
import { type Command, EXIT, type Option, usageError } from '../command.ts';
import { resumeHeld } from '../held-accounts.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { pairs, texts } from '../members.ts';
import { findAccount } from '../named-owners.ts';
import { listCommand, showCommand, updateCommand } from '../object-commands.ts';
import { printable } from '../table.ts';
import { directoryPreviewCommands } from './directory-preview.ts';
import { directorySecretCommands } from './directory-secrets.ts';

/** Commands that decide which directories act for people. */
const OPENS = { role: 'administrator', isProvenHere: true } as const;

const NAME = { value: 'NAME', description: 'Name to show.' } as const;
const CLIENT = {
  value: 'CLIENT',
  description:
    "Client of the directory: grant type client_credentials, no role, authority '<issuer>/scim/v2 scim:provision'.",
} as const;

const MEMBERS = {
  'verifies-emails': { value: 'YES', description: 'Whether its e-mail addresses are verified: yes or no (default).' },
  group: {
    value: 'THERE=HERE',
    description: 'Members of the group THERE of the directory are in the group HERE. Replaces all.',
    isRepeatable: true,
  },
  'agent-blueprint': {
    value: 'BLUEPRINT',
    description:
      'Id of an active blueprint, of which the directory may create agents. none: it creates none (default).',
  },
  'most-accounts': { value: 'N', description: 'Accounts that it may have. Default 100,000.' },
  'most-deactivations': {
    value: 'N',
    description: 'Accounts that it may deactivate or rename within ten minutes. Default 20.',
  },
  'most-deactivations-percent': {
    value: 'N',
    description: 'The same in percent of its accounts; the larger number applies. Default 1.',
  },
} as const satisfies Record<string, Option>;

const members = (call: ManagementCall): Json => {
  const verifies = call.text('verifies-emails');
  if (verifies !== undefined && verifies !== 'yes' && verifies !== 'no') {
    throw usageError(`--verifies-emails '${verifies}' is not yes or no.`);
  }
  const most = call.integer('most-deactivations', 1, MOST_COUNTED);
  const percent = call.integer('most-deactivations-percent', 0, 100);
  const groups = pairs(call, 'group');
  const blueprint = call.text('agent-blueprint');
  const accounts = call.integer('most-accounts', 1, 1_000_000);
  return {
    ...texts(call, { name: 'name', client: 'client' }),
    ...(verifies === undefined ? {} : { verifies_emails: verifies === 'yes' }),
    ...(blueprint === undefined ? {} : { agent_blueprint: blueprint === 'none' ? null : blueprint }),
    ...(accounts === undefined ? {} : { most_accounts: accounts }),
    ...(Object.keys(groups).length === 0 ? {} : { groups }),
    ...(most === undefined ? {} : { most_deactivations: most }),
    ...(percent === undefined ? {} : { most_deactivations_percent: percent }),
  };
};

const create = managementCommand({
  words: ['directories', 'create'],
  operands: [],
  summary: 'Create a directory, whose client provisions accounts over SCIM.',
  ...OPENS,
  options: {
    name: { ...NAME, isRequired: true },
    client: { ...CLIENT, isRequired: true },
    ...MEMBERS,
    'dry-run': { value: 'YES', description: 'Whether it begins with a dry run: yes or no (default).' },
  },
  notes:
    'Create its client first. docs/how-to/directories.md has the settings for Entra ID, Okta, authentik and Google Workspace.',
  run: async (call) => {
    const dryRun = call.text('dry-run');
    if (dryRun !== undefined && dryRun !== 'yes' && dryRun !== 'no') {
      throw usageError(`--dry-run '${dryRun}' is not yes or no.`);
    }
    const given = { ...members(call), ...(dryRun === 'yes' ? { is_dry_run: true } : {}) };
    const { body } = await call.api.run('createDirectory', { body: given });
    call.print.object(body, `The directory is ${printable(String(body['id']))}.\n`);
    return EXIT.done;
  },
});

const state = (verb: 'disable' | 'enable', summary: string): Command =>
  managementCommand({
    words: ['directories', verb],
    operands: ['DIRECTORY'],
    summary,
    ...OPENS,
    options: {},
    run: async (call) => {
      const [id = ''] = call.operands;
      const { body } = await call.api.run(verb === 'disable' ? 'disableDirectory' : 'enableDirectory', { id });
      call.print.object(body, `${printable(id)} is ${printable(String(body['state']))}.\n`);
      return EXIT.done;
    },
  });

const resume = managementCommand({
  words: ['directories', 'resume'],
  operands: ['DIRECTORY'],
  summary: 'Resume the deactivations of a directory. They paused because there were too many at once.',
  ...OPENS,
  options: {
    allow: {
      value: 'N',
      description:
        'How many deactivations pass within a day: the refused ones first, and others beyond them. Default: those that the command lists.',
    },
  },
  notes: 'Look at the refused accounts first: behalf directories activity DIRECTORY',
  run: async (call) => {
    const [id = ''] = call.operands;
    const { run } = call.api;
    const { body } = await resumeHeld(
      call,
      () => run('getDirectoryActivity', { id }),
      (allowed) => run('resumeDirectory', { id, body: { allowed } }),
    );
    call.print.object(body, `${printable(String(body['allowed']))} deactivations pass.\n`);
    return EXIT.done;
  },
});

const giving = (verb: 'assign' | 'unassign', summary: string, done: string): Command =>
  managementCommand({
    words: ['directories', verb],
    operands: ['DIRECTORY', 'ACCOUNT'],
    summary,
    ...OPENS,
    options: {},
    run: async (call) => {
      const [id = '', typed] = call.operands;
      const account = await findAccount(call.api, typed);
      await call.api.run(verb === 'assign' ? 'assignAccount' : 'unassignAccount', { id, body: { account } });
      call.print.object({ account, directory: id }, `${printable(account)} ${done} ${printable(id)}.\n`);
      return EXIT.done;
    },
  });

export const directoryCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'directories',
    plural: 'directories, newest first',
    operation: 'listDirectories',
    nothing: 'There is none. Add one: behalf directories create --name NAME --client CLIENT',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: (row) => row['state'] },
      { title: 'CLIENT', value: ({ client }) => client, as: 'name' },
      { title: 'NAME', value: ({ name }) => printable(String(name)) },
    ],
  }),
  showCommand('directories', 'a directory', 'getDirectory'),
  {
    ...showCommand(
      'directories',
      'the last contact of a directory, and a pause of its deactivations',
      'getDirectoryActivity',
    ),
    words: ['directories', 'activity'],
  },
  updateCommand({
    noun: 'directories',
    singular: 'a directory',
    operation: 'updateDirectory',
    ...OPENS,
    options: { name: NAME, client: CLIENT, ...MEMBERS },
    changes: async (call) => members(call),
  }),
  state('disable', 'Disable a directory. The server refuses its calls; its accounts stay as they are.'),
  state('enable', 'Enable a directory again.'),
  resume,
  ...directoryPreviewCommands,
  giving('assign', 'Give an existing account without a role to a directory.', 'belongs to'),
  giving(
    'unassign',
    'Take an account from a directory. It leaves the groups of the directory; all else stays.',
    'no longer belongs to',
  ),
  ...directorySecretCommands,
];
