/** Reads and writes who is in which group of a directory. Decides nothing: directory-groups.ts does. */
import { type Document, type DocumentStore, everyDocument, tryInsert } from '../../ports/document-store.ts';
import { DIRECTORY_MEMBERSHIPS, type DirectoryMembership, membershipId } from './directory-group.ts';
import type { GroupChanges } from './group-changes.ts';

/** Most documents that a store reads at once. */
const AT_ONCE = 1000;
/** Writes at the same time, so that a store with group commit makes one of them. */
const WRITES_AT_ONCE = 50;

export interface DirectoryMemberships {
  /** Ids of all accounts in a group. */
  accountsIn(group: string): Promise<readonly string[]>;
  /** Which of the accounts are in a group. */
  presentIn(group: string, accounts: readonly string[]): Promise<ReadonlySet<string>>;
  /** Ids of all groups of an account. */
  groupsOf(account: string): Promise<readonly string[]>;
  /** Whether an account is in `most` groups or more; at most 1000. */
  isInMany(account: string, most: number): Promise<boolean>;
  /** Idempotent. */
  add(group: string, accounts: readonly string[]): Promise<void>;
  /** Idempotent. */
  remove(group: string, accounts: readonly string[]): Promise<void>;
  /** Takes an account out of all groups. */
  removeAccount(account: string): Promise<void>;
}

/** The items in parts of at most `most`. */
export const inParts = <T>(items: readonly T[], most = AT_ONCE): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / most) }, (_, index) => items.slice(index * most, (index + 1) * most));

/** `changes`: hears of each change before it is written. Absent: for those who only read. */
export const directoryMemberships = ({
  documents,
  changes,
}: {
  readonly documents: DocumentStore;
  readonly changes?: Pick<GroupChanges, 'announce'>;
}): DirectoryMemberships => {
  const memberships = documents.collection<DirectoryMembership & Document>(DIRECTORY_MEMBERSHIPS);

  const all = async (where: Readonly<Record<string, string>>): Promise<readonly DirectoryMembership[]> => {
    const found: DirectoryMembership[] = [];
    for await (const one of everyDocument(memberships, { where, limit: AT_ONCE })) found.push(one);
    return found;
  };

  const each = async (accounts: readonly string[], act: (account: string) => Promise<unknown>): Promise<void> => {
    for (const part of inParts(accounts, WRITES_AT_ONCE)) await Promise.all(part.map(act));
  };

  const write = (accounts: readonly string[], act: (account: string) => Promise<unknown>): Promise<void> =>
    each(accounts, async (account) => {
      await changes?.announce(account);
      await act(account);
    });

  const remove = (group: string, accounts: readonly string[]): Promise<void> =>
    write(accounts, (account) => memberships.take(membershipId(group, account)));

  return {
    accountsIn: async (group): Promise<readonly string[]> => (await all({ group })).map(({ account }) => account),

    async presentIn(group, accounts): Promise<ReadonlySet<string>> {
      const found = new Set<string>();
      for (const part of inParts(accounts)) {
        const present = await memberships.getMany(part.map((account) => membershipId(group, account)));
        for (const { document } of present) found.add(document.account);
      }
      return found;
    },

    groupsOf: async (account): Promise<readonly string[]> => (await all({ account })).map(({ group }) => group),

    isInMany: async (account, most): Promise<boolean> =>
      (await memberships.find({ where: { account }, limit: most })).length >= most,

    add: (group, accounts): Promise<void> =>
      write(accounts, (account) => tryInsert(memberships, { id: membershipId(group, account), group, account })),

    remove,

    async removeAccount(account): Promise<void> {
      for (const { group } of await all({ account })) await remove(group, [account]);
    },
  };
};
