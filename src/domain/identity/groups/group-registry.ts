/**
 * The registry of groups that own agents, and of the agents each member owns through them (owners.ts). Owns the
 * collection GROUPS. It knows accounts only by id, and no agents: the registry of agents decides what happens to the
 * agents of a group without members. These are not the `groups` of an account, which are names for existing
 * software.
 */

import type { AuditLog } from '../../audit/audit-event.ts';
import { checkName } from '../../platform/display-names/display-text.ts';
import { readsAsId } from '../../platform/display-names/id-form.ts';
import { nameRefusal } from '../../platform/display-names/name-refusals.ts';
import { nameKey } from '../../platform/display-names/skeleton.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, update, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Account } from '../accounts/account.ts';
import { foldedName } from '../accounts/username.ts';
import { GROUPS, type Group } from './group.ts';
import { groupRefusal } from './group-refusals.ts';
import { withMembers } from './membership.ts';
import { ownerNames } from './owner-names.ts';

export type NewGroup = { readonly name: string; readonly members: readonly string[] };
export type GroupChange = Partial<NewGroup>;
export type GroupQuery = PageQuery & {
  /** Lists only the group with exactly this name. */
  readonly name?: string;
};

export type GroupRegistryDeps = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly accounts: { getMany(ids: readonly string[]): Promise<readonly Account[]> };
};

/** Maximum number of entries in a list index. */
const MOST_MEMBERS = 64;

/** The registry of groups that own agents. */
export interface GroupRegistry {
  /** Reads one group with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<Group> | undefined>;
  /** At most 1000 ids; unknown ones are left out. */
  getMany(ids: readonly string[]): Promise<readonly Group[]>;
  /** One page of groups, newest first. */
  list(query?: GroupQuery): Promise<Page<Group>>;
  /** The groups an account is a member of, at most 1000. */
  ofAccount(account: string): Promise<readonly Group[]>;
  /** Creates a group. Throws 'invalid_field', and 'conflict' when a group has the name, or an account has it as username. */
  create(wanted: NewGroup, by: By): Promise<Versioned<Group>>;
  /**
   * Changes a group. If no active member stays, the new members do not own what the group accepted before they joined.
   * Throws as `create` does, and 'not_found' and 'precondition_failed'. Throws 'forbidden' for a caller who adds
   * members and is neither a member nor an administrator.
   */
  update(id: string, expected: number, change: GroupChange, by: By): Promise<Versioned<Group>>;
  /** Records that the group had no member left at `now`: it no longer owns what it accepted until then. */
  lostAll(id: string, now: number): Promise<void>;
}

export const groupRegistry = ({ documents, clock, identifiers, audit, accounts }: GroupRegistryDeps): GroupRegistry => {
  const collection = documents.collection<Group>(GROUPS);
  const names = ownerNames({ documents, clock });
  const documentsOf = registeredDocuments<Group>({
    collection,
    kind: 'group',
    audit,
    clock,
    taken: () => groupRefusal('group_name_taken', { field: '/name' }),
    derived: ['nameKey', 'foldedName', 'formerMembers', 'leftUnknownUntil', 'joinedAt'],
  });

  /** Only added members must be active: accounts of existing members may have been disabled since. */
  const checked = async (group: Group, before?: Group): Promise<Group> => {
    if (group.name !== before?.name) {
      checkName(group.name, '/name');
      if (readsAsId(group.name)) throw nameRefusal('name_reads_as_id', { field: '/name' });
    }
    const { members } = group;
    if (members.length < 2) throw groupRefusal('group_too_small', { field: '/members' });
    if (members.length > MOST_MEMBERS)
      throw groupRefusal('group_too_large', { field: '/members', params: { most: MOST_MEMBERS } });
    const added = members.filter((id) => !before?.members.includes(id));
    const active = new Set(
      (await accounts.getMany(added)).filter(({ state }) => state === 'active').map(({ id }) => id),
    );
    for (const [index, id] of members.entries()) {
      if (members.indexOf(id) !== index) throw groupRefusal('group_member_repeated', { field: `/members/${index}` });
      if (added.includes(id) && !active.has(id))
        throw groupRefusal('group_member_inactive', { field: `/members/${index}` });
    }
    return { ...group, nameKey: nameKey(group.name), foldedName: foldedName(group.name) };
  };

  /**
   * A member owns the agents of the group, and can act for all users who consented to them. An operator must not decide
   * this.
   */
  const checkRights = (before: Group, members: readonly string[], by: By): void => {
    const isAdding = members.some((id) => !before.members.includes(id));
    if (!isAdding || by.isAdministrator || by.caller === 'system') return;
    if (before.members.includes(by.account ?? by.caller)) return;
    throw groupRefusal('group_members_forbidden');
  };

  /** Whether an active account is a member before and after the change. */
  const hasStaying = async (before: Group, { members }: Group): Promise<boolean> => {
    const staying = await accounts.getMany(before.members.filter((id) => members.includes(id)));
    return staying.some(({ state }) => state === 'active');
  };

  const isUsername = groupRefusal('group_name_is_username', {
    field: '/name',
  });

  return {
    get: (id): Promise<Versioned<Group> | undefined> => collection.get(id),

    getMany: async (ids): Promise<readonly Group[]> => (await collection.getMany(ids)).map(({ document }) => document),

    list: ({ name, ...query } = {}): Promise<Page<Group>> => documentsOf.list({ name }, query),

    async ofAccount(account): Promise<readonly Group[]> {
      const order = { by: 'createdAt', direction: 'descending' } as const;
      const found = await collection.find({ where: { members: account }, order, limit: 1000 });
      return found.map(({ document }) => document);
    },

    async create({ name, members }, by): Promise<Versioned<Group>> {
      const now = clock.now();
      const group = await checked({ id: identifiers.newId('grp'), name, members, createdAt: now, updatedAt: now });
      return names.give(name, 'group', isUsername, () => documentsOf.insert(group, 'group.created', by), {
        takeBack: async () => void (await collection.take(group.id)),
      });
    },

    async update(id, expected, { name, members }, by): Promise<Versioned<Group>> {
      const change = () =>
        documentsOf.change(id, expected, 'group.updated', by, async (group) => {
          if (members) checkRights(group, members, by);
          const named = { ...group, ...(name === undefined ? {} : { name }) };
          const changed = members ? withMembers(named, members, clock.now()) : named;
          const next = await checked(changed, group);
          return (await hasStaying(group, next)) ? next : { ...next, answersFrom: clock.now() + 1 };
        });
      const { document: before } = await documentsOf.found(id);
      if (name === undefined || foldedName(name) === foldedName(before.name)) return change();
      return names.give(name, 'group', isUsername, change, {
        takeBack: async ({ document, version }) => {
          const named = { ...document, name: before.name, nameKey: nameKey(before.name) };
          await collection.replace({ ...named, foldedName: foldedName(before.name) }, version);
        },
      });
    },

    async lostAll(id, now): Promise<void> {
      await update(collection, id, (group) => ({ ...group, answersFrom: now + 1 }));
    },
  };
};
