/** Reads the groups of one directory. */
import { type Cursor, countDocuments, type DocumentStore, type Versioned } from '../../ports/document-store.ts';
import type { AccountReader } from '../accounts/account-reader.ts';
import { foldedName } from '../accounts/username.ts';
import { equalTo, type Filter, fits } from '../scim/filter.ts';
import { memberIdsIn } from '../scim/group-filter.ts';
import { isoTime, type Values } from '../scim/values.ts';
import type { Directory } from './directory.ts';
import { DIRECTORY_GROUPS, type DirectoryGroup } from './directory-group.ts';
import { type DirectoryMemberships, inParts } from './directory-memberships.ts';

/** A group as its directory sees it. */
export type GroupView = Pick<DirectoryGroup, 'id' | 'displayName' | 'externalId' | 'createdAt' | 'updatedAt'> & {
  /** Changes with each change of the group or its members. */
  readonly version: string;
};

export interface GroupReads {
  /** Undefined: the directory has no such group. */
  get(directory: Directory, id: string): Promise<GroupView | undefined>;
  /**
   * The groups that fit a filter, oldest first. Reads one for `displayName eq`, `externalId eq` and `id eq`. Throws
   * 'invalid_field' for a comparison of members with anything but `eq` and an id.
   */
  find(directory: Directory, filter: Filter | undefined): Promise<readonly GroupView[]>;
  /** Ids of the users in a group, without accounts that got a role. */
  members(group: string): Promise<readonly string[]>;
  /** The groups of a user. Empty for an account of another directory. */
  ofUser(directory: Directory, account: string): Promise<readonly Pick<GroupView, 'id' | 'displayName'>[]>;
  /** How many groups the directory has. */
  count(directory: Directory): Promise<number>;
  /** The accounts among these that a directory can see: they hold no role, and were not removed. */
  visible(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

export const groupReads = ({
  documents,
  accounts,
  memberships,
}: {
  readonly documents: DocumentStore;
  readonly accounts: Pick<AccountReader, 'getMany'>;
  readonly memberships: DirectoryMemberships;
}): GroupReads => {
  const groups = documents.collection<DirectoryGroup>(DIRECTORY_GROUPS);

  const visible = async (ids: readonly string[]): Promise<ReadonlySet<string>> => {
    const seen = new Set<string>();
    for (const part of inParts(ids)) {
      for (const { id, roles, removedAt } of await accounts.getMany(part)) {
        if (roles.length === 0 && removedAt === undefined) seen.add(id);
      }
    }
    return seen;
  };

  const count = (directory: Directory): Promise<number> =>
    countDocuments(groups, { where: { directory: directory.id } });

  const allOf = async (directory: Directory, externalId?: string): Promise<readonly Versioned<DirectoryGroup>[]> => {
    const found: Versioned<DirectoryGroup>[] = [];
    const where = { directory: directory.id, ...(externalId === undefined ? {} : { externalId }) };
    const order = externalId === undefined ? { order: { by: 'createdAt', direction: 'ascending' } as const } : {};
    for (let after: Cursor | undefined; ; ) {
      const page = await groups.find({ where, ...order, ...(after ? { after } : {}), limit: 1000 });
      found.push(...page);
      const last = page.at(-1)?.document;
      // Several groups may have one externalId, and pages by cursor need the order.
      if (page.length < 1000 || !last) return externalId === undefined ? found : found.sort(byAge);
      after = { id: last.id, ...(externalId === undefined ? { value: last.createdAt } : {}) };
    }
  };

  const candidates = async (
    directory: Directory,
    filter: Filter | undefined,
  ): Promise<readonly Versioned<DirectoryGroup>[]> => {
    const id = filter && equalTo(filter, 'id');
    const name = filter && equalTo(filter, 'displayName');
    if (id !== undefined) {
      const found = await groups.get(id);
      return found?.document.directory === directory.id ? [found] : [];
    }
    if (name !== undefined) {
      return groups.find({ where: { directory: directory.id, foldedName: foldedName(name) }, limit: 1 });
    }
    return allOf(directory, filter && equalTo(filter, 'externalId'));
  };

  /** Of the members only those that the filter names, which is all that it can tell apart. */
  const membersFor = async (filter: Filter): Promise<ReadonlyMap<string, readonly string[]>> => {
    const named = memberIdsIn(filter);
    const seen = await visible(named);
    const byGroup = new Map<string, string[]>();
    for (const account of seen) {
      for (const group of await memberships.groupsOf(account)) {
        byGroup.set(group, [...(byGroup.get(group) ?? []), account]);
      }
    }
    return byGroup;
  };

  return {
    visible,
    count,

    async get(directory, id): Promise<GroupView | undefined> {
      const found = await groups.get(id);
      return found?.document.directory === directory.id ? viewOf(found) : undefined;
    },

    async find(directory, filter): Promise<readonly GroupView[]> {
      const found = (await candidates(directory, filter)).map(viewOf);
      if (!filter) return found;
      const byGroup = await membersFor(filter);
      return found.filter((group) => fits(filterable(group, byGroup.get(group.id) ?? []), filter));
    },

    async members(group): Promise<readonly string[]> {
      const all = await memberships.accountsIn(group);
      const seen = await visible(all);
      return all.filter((account) => seen.has(account));
    },

    async ofUser(directory, account) {
      const ids = await memberships.groupsOf(account);
      const found: DirectoryGroup[] = [];
      for (const part of inParts(ids)) found.push(...(await groups.getMany(part)).map(({ document }) => document));
      return found.filter((group) => group.directory === directory.id);
    },
  };
};

const byAge = ({ document: one }: Versioned<DirectoryGroup>, { document: other }: Versioned<DirectoryGroup>): number =>
  one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1);

export const viewOf = ({ document, version }: Versioned<DirectoryGroup>): GroupView => {
  const { id, displayName, externalId, createdAt, updatedAt } = document;
  const other = externalId === undefined ? {} : { externalId };
  return { id, displayName, ...other, createdAt, updatedAt, version: String(version) };
};

const filterable = (
  { id, displayName, externalId, createdAt, updatedAt }: GroupView,
  members: readonly string[],
): Values => ({
  ...{ id, displayName },
  ...(externalId === undefined ? {} : { externalId }),
  members: members.map((value) => ({ value, type: 'User' })),
  meta: { resourceType: 'Group', created: isoTime(createdAt), lastModified: isoTime(updatedAt) },
});
