/**
 * When the groups of accounts changed, or those of all accounts of a directory. A token is issued under the groups of its time, and
 * policies are not asked about it again. After a change of groups they are.
 */
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, upsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { Account } from '../accounts/account.ts';
import { DIRECTORY_ACCOUNTS, type DirectoryAccount } from './directory.ts';

export type GroupChange = {
  /** Id of an account, or of a directory. */
  readonly id: string;
  /** A token that was issued before the end of this second is decided again. */
  readonly until: number;
  readonly expiresAt: number;
};

export const GROUP_CHANGES = {
  name: 'group_changes',
  holds: 'when the groups of one account, or of the accounts of one directory, changed last',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  expiresAt: 'expiresAt',
  retention: { removedBy: 'sweeper', once: 'no token from before the change is valid any more' },
  transfer: 'removes authority',
  indexes: [],
  members: ['until', 'expiresAt'],
} as const satisfies OwnedCollection;

export interface GroupChanges {
  /** Must be called before the groups change: of an account, or of all accounts of a directory. */
  announce(id: string): Promise<void>;
  /** Whether the groups of an account may have changed after a token was issued. Fails closed: store errors propagate. */
  isSince(account: Pick<Account, 'id' | 'hasLinkedGroups'>, issuedAt: number): Promise<boolean>;
}

/** Longer than the write after the announcement takes, and than clocks of nodes differ. */
const SETTLED_SECONDS = 10;
/** Longer than any access token is valid. */
const KEPT_SECONDS = 7200;

export const groupChanges = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Pick<Clock, 'now'>;
}): GroupChanges => {
  const changes = documents.collection<GroupChange>(GROUP_CHANGES);
  const users = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);

  return {
    async announce(id): Promise<void> {
      const now = clock.now();
      const until = now + SETTLED_SECONDS;
      await upsert(changes, id, (before) =>
        before && before.until >= until ? undefined : { id, until, expiresAt: now + KEPT_SECONDS },
      );
    },

    async isSince({ id, hasLinkedGroups }, issuedAt): Promise<boolean> {
      if (!hasLinkedGroups) return false;
      const directory = (await users.get(id))?.document.directory;
      const found = await changes.getMany([id, ...(directory === undefined ? [] : [directory])]);
      return found.some(({ document }) => document.until > issuedAt);
    },
  };
};
