/** The groups of a directory in a dry run. A directory that can be in one has no group yet. */
import { createHash } from 'node:crypto';
import { checkText } from '../../platform/display-names/display-text.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { foldedName } from '../accounts/username.ts';
import { MOST_MEMBERS } from '../scim/attributes.ts';
import { equalTo, fits } from '../scim/filter.ts';
import type { GroupChange } from '../scim/group-patch.ts';
import { scimRefusal } from '../scim/scim-refusals.ts';
import { isoTime } from '../scim/values.ts';
import type { Directory, Versions } from './directory.ts';
import type { GroupView } from './directory-group-reads.ts';
import type { DirectoryGroups } from './directory-groups.ts';
import { directoryRefusal } from './directory-refusals.ts';
import type { DirectoryUsers } from './directory-users.ts';
import type { DryRunEntries, DryRunEntry } from './dry-run.ts';

const membersOf = ({ values }: Pick<DryRunEntry, 'values'>): readonly string[] =>
  Array.isArray(values['members']) ? values['members'].map(String) : [];

const viewOf = ({ document, version }: Versioned<DryRunEntry>): GroupView => {
  const { id, values, externalId, createdAt, updatedAt } = document;
  const other = externalId === undefined ? {} : { externalId };
  return { id, displayName: String(values['displayName']), ...other, createdAt, updatedAt, version: String(version) };
};

export const dryRunGroups = ({
  entries,
  identifiers,
  users,
}: {
  readonly entries: DryRunEntries;
  readonly identifiers: Identifiers;
  /** The users of the dry run. */
  readonly users: Pick<DirectoryUsers, 'get'>;
}): Omit<DirectoryGroups, 'visible'> => {
  const existing = async (directory: Directory, id: string, versions?: Versions): Promise<Versioned<DryRunEntry>> => {
    const found = await entries.get(directory, 'group', id);
    if (!found) throw directoryRefusal('directory_group_not_found');
    if (versions && !versions.includes(String(found.version))) throw directoryRefusal('directory_group_changed');
    return found;
  };

  const changedMembers = (before: readonly string[], { members }: GroupChange): readonly string[] => {
    let all = new Set(before);
    for (const { kind, accounts } of members) {
      if (kind === 'only') all = new Set(accounts);
      else for (const account of accounts) kind === 'add' ? all.add(account) : all.delete(account);
    }
    if (all.size > MOST_MEMBERS) throw scimRefusal('scim_group_too_large', { params: { most: MOST_MEMBERS } });
    return [...all];
  };

  const checkUsers = async (directory: Directory, ids: readonly string[]): Promise<void> => {
    for (const id of ids) {
      if (!(await users.get(directory, id)))
        throw scimRefusal('scim_member_wrong', { params: { id: id.slice(0, 100) } });
    }
  };

  const write = async (
    directory: Directory,
    before: Pick<DryRunEntry, 'id' | 'values' | 'externalId'>,
    change: GroupChange,
  ): Promise<GroupView> => {
    const { id, values } = before;
    const displayName = checkText(change.displayName ?? String(values['displayName'] ?? ''), '/displayName', 256);
    const folded = foldedName(displayName);
    const others = await entries.having(directory, { kind: 'group', foldedName: folded });
    if (others.some(({ document }) => document.id !== id)) throw directoryRefusal('directory_group_taken');
    const externalId = change.externalId === undefined ? before.externalId : (change.externalId ?? undefined);
    const present = membersOf(before);
    const members = changedMembers(present, change);
    const known = new Set(present);
    await checkUsers(
      directory,
      members.filter((one) => !known.has(one)),
    );
    return viewOf(
      await entries.put(directory, {
        ...{ id, kind: 'group', outcome: 'create', foldedName: folded, values: { displayName, members } },
        ...(externalId === undefined ? {} : { externalId: checkText(externalId, '/externalId', 512) }),
      }),
    );
  };

  /** Records a refusal under a name that a repetition finds again, and throws it. */
  const orRefused = async (directory: Directory, name: string, work: () => Promise<GroupView>): Promise<GroupView> => {
    try {
      return await work();
    } catch (error) {
      if (!isDomainError(error) || error.code === 'unavailable') throw error;
      const digest = createHash('sha256')
        .update(JSON.stringify([directory.id, 'group', name]))
        .digest('hex');
      await entries.put(directory, {
        ...{ id: `dry_${digest.slice(0, 26)}`, kind: 'group', values: { displayName: name.slice(0, 256) } },
        ...{ outcome: error.code === 'conflict' ? 'conflict' : 'refuse', foldedName: foldedName(name.slice(0, 256)) },
        ...(error.reason === undefined ? {} : { reason: error.reason }),
        detail: error.message,
        ...(error.params === undefined ? {} : { params: error.params }),
      });
      throw error;
    }
  };

  return {
    async get(directory, id) {
      const found = await entries.get(directory, 'group', id);
      return found && viewOf(found);
    },

    async find(directory, filter) {
      const name = filter && equalTo(filter, 'displayName');
      const found =
        name === undefined
          ? await entries.all(directory, 'group')
          : await entries.having(directory, { kind: 'group', foldedName: foldedName(name) });
      return found.filter(({ document }) => !filter || fits(filterable(document), filter)).map(viewOf);
    },

    members: async (group) => {
      const found = await entries.groupCalled(group);
      return found ? membersOf(found) : [];
    },

    // It would read all groups for each user; `groups` of a user is read-only, and no directory needs it.
    ofUser: async () => [],

    count: async (directory) => (await entries.all(directory, 'group')).length,

    create: (directory, change) =>
      orRefused(directory, change.displayName ?? '', () =>
        write(directory, { id: identifiers.newId('dry'), values: {} }, change),
      ),

    async change(directory, id, change, versions) {
      const { document } = await existing(directory, id, versions);
      return orRefused(directory, String(document.values['displayName']), () => write(directory, document, change));
    },

    async remove(directory, id, versions) {
      await existing(directory, id, versions);
      await entries.drop(id);
    },
  };
};

const filterable = (entry: DryRunEntry) => ({
  ...{ id: entry.id, displayName: entry.values['displayName'] },
  ...(entry.externalId === undefined ? {} : { externalId: entry.externalId }),
  members: membersOf(entry).map((value) => ({ value, type: 'User' })),
  meta: { resourceType: 'Group', created: isoTime(entry.createdAt), lastModified: isoTime(entry.updatedAt) },
});
