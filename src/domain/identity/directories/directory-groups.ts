/**
 * The groups of one directory, whose members are users of that directory. A group gives nothing by itself: the allow-list of
 * the directory maps it to a group of this server (mapped-groups.ts).
 */
import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import { withMutex } from '../../platform/cluster/mutex.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, isDocumentConflict, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { AccountReader } from '../accounts/account-reader.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import { foldedName } from '../accounts/username.ts';
import { MOST_MEMBERS } from '../scim/attributes.ts';
import type { GroupChange } from '../scim/group-patch.ts';
import { scimRefusal } from '../scim/scim-refusals.ts';
import { DIRECTORY_ACCOUNTS, type Directory, type DirectoryAccount, type Versions } from './directory.ts';
import { recordDirectoryEvent } from './directory-event.ts';
import { DIRECTORY_GROUPS, type DirectoryGroup } from './directory-group.ts';
import { type GroupReads, type GroupView, groupReads, viewOf } from './directory-group-reads.ts';
import { type DirectoryMemberships, inParts } from './directory-memberships.ts';
import { directoryRefusal } from './directory-refusals.ts';
import type { GroupChanges } from './group-changes.ts';

/** Most groups of one directory. */
const MOST_GROUPS = 10_000;
/** Most groups of one user: each answer about the user, and each decision, reads them. */
const MOST_GROUPS_OF_USER = 1000;

export interface DirectoryGroups extends GroupReads {
  /** Throws 'invalid_field' for a member that is no user of the directory, and 'conflict' when a group has the name. */
  create(directory: Directory, change: GroupChange, by: By): Promise<GroupView>;
  /**
   * Changes a group. Decisions that begin after this resolves see the new members. Throws as `create` does, 'not_found', and
   * 'precondition_failed' for another version; then nothing has changed. It also throws that where a later change overtook
   * this one: then the later one counts.
   */
  change(directory: Directory, id: string, change: GroupChange, versions: Versions, by: By): Promise<GroupView>;
  /** Removes a group with all memberships. Throws as `change` does. */
  remove(directory: Directory, id: string, versions: Versions, by: By): Promise<void>;
}

type Deps = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly accounts: Pick<AccountReader, 'getMany'> & Pick<AccountRegistry, 'noteLinkedGroups'>;
  readonly memberships: DirectoryMemberships;
  readonly changes: Pick<GroupChanges, 'announce'>;
};

type Difference = { readonly added: readonly string[]; readonly removed: readonly string[]; readonly count: number };

export const directoryGroups = (deps: Deps): DirectoryGroups => {
  const { documents, clock, identifiers, audit, accounts, memberships, changes } = deps;
  const groups = documents.collection<DirectoryGroup>(DIRECTORY_GROUPS);
  const users = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  const reads = groupReads(deps);
  const { visible } = reads;

  const existing = async (
    directory: Directory,
    id: string,
    versions?: Versions,
  ): Promise<Versioned<DirectoryGroup>> => {
    const found = await groups.get(id);
    if (found?.document.directory !== directory.id) throw directoryRefusal('directory_group_not_found');
    if (versions && !versions.includes(String(found.version))) throw directoryRefusal('directory_group_changed');
    return found;
  };

  const exclusively = <T>(id: string, work: () => Promise<T>): Promise<T> =>
    withMutex({ documents, clock }, `directory group ${id}`, work);

  const checkUsers = async (directory: Directory, ids: readonly string[]): Promise<void> => {
    const own = new Set<string>();
    for (const part of inParts(ids)) {
      for (const { document } of await users.getMany(part))
        if (document.directory === directory.id) own.add(document.id);
    }
    const seen = await visible([...own]);
    const other = ids.find((id) => !seen.has(id));
    if (other !== undefined) throw scimRefusal('scim_member_wrong', { params: { id: other.slice(0, 100) } });
    for (const part of inParts(ids, 50)) await Promise.all(part.map(checkRoom));
  };

  const checkRoom = async (account: string): Promise<void> => {
    if (!(await memberships.isInMany(account, MOST_GROUPS_OF_USER))) return;
    throw scimRefusal('scim_groups_of_user_exceeded', { params: { id: account, most: MOST_GROUPS_OF_USER } });
  };

  /** Reads only the memberships that the change names, unless it replaces all. */
  const differenceOf = async (group: DirectoryGroup, { members }: GroupChange): Promise<Difference> => {
    const wanted = new Map<string, boolean>();
    let isWhole = false;
    for (const { kind, accounts: named } of members) {
      if (kind === 'only') {
        isWhole = true;
        wanted.clear();
      }
      for (const account of named) wanted.set(account, kind !== 'remove');
    }
    const isCountKnown = group.changingFrom === undefined;
    const all = isWhole || !isCountKnown ? await memberships.accountsIn(group.id) : undefined;
    const present = all ? new Set(all) : await memberships.presentIn(group.id, [...wanted.keys()]);
    const added = [...wanted].flatMap(([account, isIn]) => (isIn && !present.has(account) ? [account] : []));
    const isLeaving = (account: string): boolean => !(wanted.get(account) ?? !isWhole);
    const removed = [...present].filter(isLeaving);
    const count = (all ? all.length : group.memberCount) + added.length - removed.length;
    if (count > MOST_MEMBERS) throw scimRefusal('scim_group_too_large', { params: { most: MOST_MEMBERS } });
    return { added, removed, count };
  };

  const record = (directory: Directory, event: Parameters<typeof recordDirectoryEvent>[1], by: By) =>
    recordDirectoryEvent(audit, event, directory.id, by);

  const recordMembers = async (
    directory: Directory,
    group: string,
    type: Extract<AuditEvent['type'], 'directory.member_added' | 'directory.member_removed'>,
    ids: readonly string[],
    by: By,
  ): Promise<void> => {
    for (const part of inParts(ids, 200)) {
      await Promise.all(part.map((subject) => record(directory, { type, subject, inputs: { group } }, by)));
    }
  };

  /** A change that paused for longer than its turn may have been overtaken (mutex.ts): the later one counts. */
  const checkNotOvertaken = async (group: string, version: number): Promise<void> => {
    if ((await groups.get(group))?.version !== version) throw directoryRefusal('directory_group_changed');
  };

  /**
   * Those who leave before those who join, so that a failure in between leaves less authority. `version`: that of the group
   * while its members change.
   */
  const writeMembers = async (
    directory: Directory,
    group: string,
    { added, removed }: Difference,
    version: number,
    by: By,
  ): Promise<void> => {
    await recordMembers(directory, group, 'directory.member_removed', removed, by);
    await memberships.remove(group, removed);
    await recordMembers(directory, group, 'directory.member_added', added, by);
    for (const part of inParts(added, 50)) {
      await Promise.all(part.map((id) => accounts.noteLinkedGroups(id)));
      await checkNotOvertaken(group, version);
      await memberships.add(group, part);
    }
  };

  const orTaken = async <R>(write: Promise<R>): Promise<R> => {
    try {
      return await write;
    } catch (error) {
      throw isDocumentConflict(error) ? directoryRefusal('directory_group_taken') : error;
    }
  };

  /** Writes nothing yet. */
  const altered = (group: DirectoryGroup, { displayName, externalId }: GroupChange): DirectoryGroup => {
    const { externalId: before, ...rest } = group;
    const name = displayName === undefined ? group.displayName : checkText(displayName, '/displayName', 256);
    const other = externalId === undefined ? before : externalId;
    return {
      ...rest,
      displayName: name,
      foldedName: foldedName(name),
      ...(other === null || other === undefined ? {} : { externalId: checkText(other, '/externalId', 512) }),
    };
  };

  return {
    ...reads,

    async create(directory, change, by): Promise<GroupView> {
      const now = clock.now();
      const id = identifiers.newId('dgr');
      const empty = { id, directory: directory.id, displayName: '', foldedName: '', memberCount: 0 };
      const group = altered({ ...empty, changingFrom: now, createdAt: now, updatedAt: now }, change);
      const difference = await differenceOf({ ...group, memberCount: 0 }, change);
      await checkUsers(directory, difference.added);
      if (
        (await groups.find({ where: { directory: directory.id, foldedName: group.foldedName }, limit: 1 })).length > 0
      )
        throw directoryRefusal('directory_group_taken');
      if ((await reads.count(directory)) >= MOST_GROUPS) {
        throw directoryRefusal('directory_groups_exceeded', { params: { most: MOST_GROUPS } });
      }
      const changed = ['displayName', ...(group.externalId === undefined ? [] : ['externalId'])];
      await record(directory, { type: 'directory.group_written', changed, inputs: { group: id } }, by);
      await orTaken(groups.insert(group));
      await writeMembers(directory, id, difference, 1, by);
      const { changingFrom: _, ...written } = { ...group, memberCount: difference.count };
      await groups.replace(written, 1);
      return viewOf({ document: written, version: 2 });
    },

    change: (directory, id, change, versions, by): Promise<GroupView> =>
      exclusively(id, async () => {
        const { document: before, version } = await existing(directory, id, versions);
        const next = altered(before, change);
        const difference = await differenceOf(before, change);
        await checkUsers(directory, difference.added);
        const changed = (['displayName', 'externalId'] as const).filter((name) => before[name] !== next[name]);
        const { added, removed } = difference;
        const isSame = changed.length === 0 && added.length + removed.length === 0;
        if (isSame && before.changingFrom === undefined) return viewOf({ document: before, version });
        if (changed.length > 0) {
          await record(directory, { type: 'directory.group_written', changed, inputs: { group: id } }, by);
        }
        // The allow-list maps groups by name.
        if (before.foldedName !== next.foldedName || before.displayName !== next.displayName) {
          await changes.announce(directory.id);
        }
        const now = clock.now();
        const marked = { ...next, changingFrom: now, updatedAt: now };
        if (!(await orTaken(groups.replace(marked, version)))) throw directoryRefusal('directory_group_changed');
        await writeMembers(directory, id, difference, version + 1, by);
        const { changingFrom: _, ...written } = { ...marked, memberCount: difference.count };
        if (!(await groups.replace(written, version + 1))) throw directoryRefusal('directory_group_changed');
        return viewOf({ document: written, version: version + 2 });
      }),

    remove: (directory, id, versions, by): Promise<void> =>
      exclusively(id, async () => {
        await existing(directory, id, versions);
        const all = await memberships.accountsIn(id);
        await record(directory, { type: 'directory.group_deleted', inputs: { group: id } }, by);
        await recordMembers(directory, id, 'directory.member_removed', all, by);
        await changes.announce(directory.id);
        // Without the group no membership counts.
        await groups.take(id);
        await memberships.remove(id, all);
      }),
  };
};
