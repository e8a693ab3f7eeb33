/** Resource: the dry run of a directory, and its report. */
import type { Directory } from '../../../domain/identity/directories/directory.ts';
import type { DirectoryRegistry } from '../../../domain/identity/directories/directory-registry.ts';
import {
  DRY_RUN_OUTCOMES,
  type DryRunEntry,
  MOST_DRY_RUN_ENTRIES,
} from '../../../domain/identity/directories/dry-run.ts';
import type { DirectoryDryRuns } from '../../../domain/identity/directories/dry-run-service.ts';
import { ATTRIBUTE_USES } from '../../../domain/identity/directories/user-mapping.ts';
import { type Call, existing, objectAnswer, pageOf } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, PAGE, SPEAKS_FOR_PEOPLE } from '../route.ts';
import { named } from '../schema.ts';
import { arrayOf, integer, oneOf, output, page, recordOf, seconds, string } from '../schema-parts.ts';
import { show } from '../wire-names.ts';
import { DIRECTORY, showDirectory } from './directories.ts';
import { DIRECTORY_SCOPES } from './directory-scopes.ts';

const OUTCOME = oneOf(
  'What the request would do. link: it finds an account that the directory was given, and changes nothing.',
  DRY_RUN_OUTCOMES,
);

const PREVIEW = named(
  'DirectoryPreview',
  output(
    {
      dry_run_from: seconds('When the dry run began. Absent: the directory is in none.'),
      most: integer(`Most users and groups of a dry run: ${MOST_DRY_RUN_ENTRIES}.`),
      counts: output({
        create: integer('Users and groups that would be created.'),
        link: integer('Accounts that would be found and stay as they are.'),
        change: integer('Accounts that would change.'),
        deactivate: integer('Accounts that would be deactivated.'),
        conflict: integer('Users and groups whose username, address or name another one has.'),
        refuse: integer('Users and groups that would be refused for another reason.'),
      }),
      attributes: arrayOf(
        output({
          attribute: string('The attribute in SCIM.'),
          use: oneOf('What it becomes here. kept: stored for the directory alone.', ATTRIBUTE_USES),
          example: string('What the account has from it, of the newest user.'),
          count: integer('How many of the newest users have it.'),
        }),
        'Of the newest 100 users and groups.',
      ),
    },
    ['dry_run_from'],
  ),
);

const ENTRY = named(
  'PreviewedAccount',
  output(
    {
      id: string('The account that exists, or the id of the dry run, which begins with dry_.'),
      kind: oneOf('What it is.', ['user', 'group']),
      name: string('Username or displayName.'),
      outcome: OUTCOME,
      changed: arrayOf(string(), 'Attributes that would change on an account that exists.'),
      members: integer('Of a group: how many members it would have.'),
      reason: string('Why it is a conflict or refused.'),
      detail: string('The same as a sentence.'),
      params: recordOf('Parameters of the reason.', string()),
      updated_at: seconds('When the last request was about it.'),
    },
    ['changed', 'members', 'reason', 'detail', 'params'],
  ),
);
const ENTRY_PAGE = page(ENTRY);

const make = about('directories', DIRECTORY_SCOPES);

const routes = {
  startDirectoryDryRun: make.act(
    '/directories/{id}/dry-run',
    DIRECTORY,
    'Begin a dry run: the server checks and answers the requests of the directory, and writes only a report. Returns 409 once the directory has written an account or group',
    { roles: ADMINISTRATORS },
  ),
  startDirectory: make.act(
    '/directories/{id}/start',
    DIRECTORY,
    'End the dry run of a directory: its next request is done, and the report is forgotten',
    SPEAKS_FOR_PEOPLE,
  ),
  getDirectoryPreview: make.read(
    '/directories/{id}/preview',
    PREVIEW,
    'Read what the dry run of a directory would do, and what its attributes become',
  ),
  listPreviewedAccounts: make.read(
    '/directories/{id}/preview/accounts',
    ENTRY_PAGE,
    'List users and groups of a dry run, newest first',
    { query: { ...PAGE, outcome: OUTCOME } },
  ),
};

type Dependencies = {
  readonly directories: Pick<DirectoryRegistry, 'get'>;
  readonly directoryDryRuns: DirectoryDryRuns;
};

const showEntry = (entry: DryRunEntry) => {
  const { kind, values, params } = entry;
  const { members } = values;
  return {
    ...show(entry, ['id', 'kind', 'outcome', 'changed', 'reason', 'detail', 'updatedAt']),
    name: String((kind === 'user' ? values['userName'] : values['displayName']) ?? ''),
    members: Array.isArray(members) ? members.length : undefined,
    params: params && Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
  };
};

const handlers = ({ directories, directoryDryRuns: runs }: Dependencies): Handlers<typeof routes> => {
  const found = async ({ id }: Pick<Call, 'id'>): Promise<Directory> => existing(await directories.get(id)).document;

  return {
    startDirectoryDryRun: async ({ id, by }) => objectAnswer(await runs.begin(id, by), showDirectory),
    startDirectory: async ({ id, by }) => objectAnswer(await runs.end(id, by), showDirectory),

    async getDirectoryPreview(call) {
      const directory = await found(call);
      const { counts, attributes } = await runs.report(directory);
      return {
        body: { dry_run_from: directory.dryRunFrom, most: MOST_DRY_RUN_ENTRIES, counts, attributes },
      };
    },

    async listPreviewedAccounts(call) {
      const directory = await found(call);
      const { limit = 50, after } = pageOf(call);
      const { outcome } = call.query;
      const { items, next } = await runs.page(directory, {
        limit,
        ...(outcome === undefined ? {} : { outcome }),
        ...(after ? { after } : {}),
      });
      return { body: { items: items.map(showEntry) }, next };
    },
  };
};

export const directoryPreview = resource(routes, handlers);
