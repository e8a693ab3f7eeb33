/** Resource: directories that provision accounts over SCIM. */
import { MOST_ACCOUNTS } from '../../../domain/identity/directories/account-limit.ts';
import {
  allowedBy,
  type DeactivationBrake,
  WINDOW_SECONDS,
} from '../../../domain/identity/directories/deactivation-brake.ts';
import {
  type Directory,
  type DirectoryActivity,
  MOST_COUNTED,
} from '../../../domain/identity/directories/directory.ts';
import type { DirectoryRegistry } from '../../../domain/identity/directories/directory-registry.ts';
import type { Clock } from '../../../domain/ports/clock.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, PAGE, route, SPEAKS_FOR_PEOPLE } from '../route.ts';
import { named } from '../schema.ts';
import {
  arrayOf,
  change,
  flag,
  identified,
  input,
  integer,
  nullable,
  oneOf,
  output,
  page,
  RECORD,
  recordOf,
  seconds,
  string,
  text,
} from '../schema-parts.ts';
import { show } from '../wire-names.ts';
import { DIRECTORY_SCOPES } from './directory-scopes.ts';

const DIRECTORY_MEMBERS = {
  name: text('Name to show, one line.', 100),
  client: text(
    'The client as which the directory authenticates: active, with the grant type client_credentials, without a role.',
    128,
  ),
  verifies_emails: flag(
    'Whether e-mail addresses from the directory are verified. A person with a verified address can set a password by mail. Default false.',
  ),
  most_deactivations: integer('How many accounts it may deactivate or rename within ten minutes. Default 20.', {
    minimum: 1,
    maximum: MOST_COUNTED,
  }),
  most_accounts: integer('How many accounts it may have. Default 100,000.', { minimum: 1, maximum: 1_000_000 }),
  groups: recordOf(
    'displayName of a group of the directory to name of a group here: its members are in that group. Other groups of the directory give nothing. Default: none.',
    text('Name of a group here.', 200),
  ),
  agent_blueprint: text(
    'An active blueprint: the directory may create agents of it. Absent: it creates no agents.',
    128,
  ),
  most_deactivations_percent: integer(
    'The same in percent of its accounts; the larger number applies, up to 10,000. Default 1.',
    { minimum: 0, maximum: 100 },
  ),
};

const NEW_DIRECTORY = named(
  'NewDirectory',
  input({ ...DIRECTORY_MEMBERS, is_dry_run: flag('Whether it begins with a dry run. Default false.') }, [
    'name',
    'client',
  ]),
);
const DIRECTORY_CHANGE = named(
  'DirectoryChange',
  change({ ...DIRECTORY_MEMBERS, agent_blueprint: nullable(DIRECTORY_MEMBERS.agent_blueprint) }),
);
export const DIRECTORY = named(
  'Directory',
  output(
    {
      ...identified('Begins with dir_.'),
      ...DIRECTORY_MEMBERS,
      dry_run_from: seconds('Since when its requests are checked only. Absent: they are done.'),
      state: oneOf('Whether the server accepts its calls.', ['active', 'disabled']),
      ...RECORD,
    },
    ['agent_blueprint', 'dry_run_from'],
  ),
);
const DIRECTORY_PAGE = page(DIRECTORY);

const DIRECTORY_ACTIVITY = named(
  'DirectoryActivity',
  output(
    {
      last_contact_at: seconds('When the directory last called, to the minute. Absent: never.'),
      deactivations: integer('How many accounts it deactivated or renamed within the last ten minutes.'),
      paused_at: seconds('Since when deactivations are paused. Absent: they are not.'),
      held: arrayOf(
        string(),
        'Accounts and agents whose deactivation or change of username was refused in this pause, at most 1,000.',
      ),
      more_held: flag('Whether more were refused than are listed.'),
      allowed: integer(
        'How many deactivations an administrator let pass, at most for a day: of accounts that were held, and of others.',
      ),
    },
    ['last_contact_at', 'paused_at'],
  ),
);

const ASSIGNED_ACCOUNT = named('DirectoryAccount', input({ account: text('Id of the account.', 128) }, ['account']));
const RESUMPTION = named(
  'ResumedDeactivations',
  input({
    allowed: integer(
      'How many pass within a day: the held ones first, and others beyond them. Default: all held ones.',
      {
        minimum: 0,
        maximum: 1_000_000,
      },
    ),
  }),
);

const make = about('directories', DIRECTORY_SCOPES);
const CLOSES = { roles: ADMINISTRATORS } as const;

const routes = {
  createDirectory: make.create(
    '/directories',
    NEW_DIRECTORY,
    DIRECTORY,
    'Create a directory, whose client provisions accounts over SCIM',
    SPEAKS_FOR_PEOPLE,
  ),
  listDirectories: make.read('/directories', DIRECTORY_PAGE, 'List directories, newest first', { query: PAGE }),
  getDirectory: make.read('/directories/{id}', DIRECTORY, 'Read a directory'),
  updateDirectory: make.change(
    '/directories/{id}',
    DIRECTORY_CHANGE,
    DIRECTORY,
    'Change members of a directory',
    SPEAKS_FOR_PEOPLE,
  ),
  disableDirectory: make.act(
    '/directories/{id}/disable',
    DIRECTORY,
    'Disable a directory. The server refuses its calls; its accounts stay as they are',
    CLOSES,
  ),
  enableDirectory: make.act('/directories/{id}/enable', DIRECTORY, 'Enable a directory again', SPEAKS_FOR_PEOPLE),
  getDirectoryActivity: make.read(
    '/directories/{id}/activity',
    DIRECTORY_ACTIVITY,
    'Read the last contact of a directory, and whether its deactivations are paused',
  ),
  resumeDirectory: route({
    method: 'POST',
    path: '/directories/{id}/resume',
    tag: 'directories',
    summary: 'Resume the deactivations of a directory, which paused because there were too many at once',
    scope: DIRECTORY_SCOPES.write,
    policy: 'administer',
    ...SPEAKS_FOR_PEOPLE,
    body: RESUMPTION,
    answer: DIRECTORY_ACTIVITY,
    status: 200,
  }),
  assignAccount: route({
    method: 'POST',
    path: '/directories/{id}/assign',
    tag: 'directories',
    summary: 'Give an existing account without a role to a directory, which can then change and disable it',
    scope: DIRECTORY_SCOPES.write,
    policy: 'administer',
    ...SPEAKS_FOR_PEOPLE,
    body: ASSIGNED_ACCOUNT,
    status: 204,
  }),
  unassignAccount: route({
    method: 'POST',
    path: '/directories/{id}/unassign',
    tag: 'directories',
    summary: 'Take an account from a directory. It leaves the groups of the directory; all else stays',
    scope: DIRECTORY_SCOPES.write,
    policy: 'administer',
    ...SPEAKS_FOR_PEOPLE,
    body: ASSIGNED_ACCOUNT,
    status: 204,
  }),
};

type Dependencies = {
  readonly directories: DirectoryRegistry;
  readonly deactivationBrake: Pick<DeactivationBrake, 'activity' | 'resume'>;
  readonly clock: Clock;
};

const MEMBERS = [
  'id',
  'name',
  'client',
  'verifiesEmails',
  'agentBlueprint',
  'mostDeactivations',
  'mostDeactivationsPercent',
  'dryRunFrom',
  'state',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Directory)[];
export const showDirectory = ({ groups = {}, mostAccounts = MOST_ACCOUNTS, ...directory }: Directory) => ({
  ...show(directory, MEMBERS),
  ...{ groups, most_accounts: mostAccounts },
});

const showActivity = (activity: DirectoryActivity | undefined, now: number) => ({
  last_contact_at: activity?.lastContactAt,
  deactivations: (activity?.deactivations ?? []).filter(({ at }) => now - at < WINDOW_SECONDS).length,
  paused_at: activity?.pausedAt,
  held: activity?.held ?? [],
  more_held: activity?.isMoreHeld === true,
  allowed: allowedBy(activity, now),
});

const handlers = ({ directories, deactivationBrake: brake, clock }: Dependencies): Handlers<typeof routes> => {
  const found = async ({ id }: Pick<Call, 'id'>): Promise<Versioned<Directory>> => existing(await directories.get(id));
  const activityOf = async (id: string) => ({ body: showActivity(await brake.activity(id), clock.now()) });

  return {
    createDirectory: async ({ body, by }) => objectAnswer(await directories.create(body, by), showDirectory),
    listDirectories: async (call) => pageAnswer(await directories.list(pageOf(call)), showDirectory),
    getDirectory: async (call) => objectAnswer(await found(call), showDirectory),

    async updateDirectory(call) {
      sameVersion(await found(call), call);
      return objectAnswer(await directories.update(call.id, call.version, call.body, call.by), showDirectory);
    },

    disableDirectory: async ({ id, by }) => objectAnswer(await directories.disable(id, by), showDirectory),
    enableDirectory: async ({ id, by }) => objectAnswer(await directories.enable(id, by), showDirectory),

    async getDirectoryActivity(call) {
      await found(call);
      return activityOf(call.id);
    },

    async resumeDirectory(call) {
      const { document } = await found(call);
      await brake.resume(document, call.body.allowed, call.by);
      return activityOf(call.id);
    },

    async assignAccount({ id, body, by }) {
      await directories.assign(id, body.account, by);
      return {};
    },

    async unassignAccount({ id, body, by }) {
      await directories.unassign(id, body.account, by);
      return {};
    },
  };
};

export const directories = resource(routes, handlers);
