/** Reads the accounts of a directory: those that it created or was given, without those that hold a role. */
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Query, Versioned } from '../../ports/document-store.ts';
import type { Account } from '../accounts/account.ts';
import type { AccountReader } from '../accounts/account-reader.ts';
import { equalTo, type Filter } from '../scim/filter.ts';
import { DIRECTORY_ACCOUNTS, type Directory, type DirectoryAccount } from './directory.ts';
import { directoryRefusal } from './directory-refusals.ts';

export type Pair = { readonly kept: Versioned<DirectoryAccount>; readonly account: Versioned<Account> };

/** Maximum number of users that one list reads. */
const MOST_LISTED = 10_000;
const PAGE_SIZE = 500;
/** A creation that has not ended after this time was cut off. */
const LONGEST_CREATION_SECONDS = 3600;

export interface DirectoryMembers {
  /** Undefined: the directory has no such account, or the account holds a role. */
  pairOf(directory: Directory, id: string): Promise<Pair | undefined>;
  /**
   * All accounts that may fit a filter, oldest first. Reads one for `userName eq`, `externalId eq` and `id eq`. Otherwise
   * removes records that a crash left without an account. Throws 'invalid_field' where it would read more than 10,000.
   */
  candidates(directory: Directory, filter: Filter | undefined): Promise<readonly Pair[]>;
}

export const directoryMembers = ({
  documents,
  clock,
  accounts,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly accounts: Pick<AccountReader, 'get' | 'getVersions' | 'findByUsername'>;
}): DirectoryMembers => {
  const members = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);

  const isVisible = ({ roles, removedAt }: Account): boolean => roles.length === 0 && removedAt === undefined;

  const pairOf = async (directory: Directory, id: string): Promise<Pair | undefined> => {
    const kept = await members.get(id);
    if (kept?.document.directory !== directory.id) return undefined;
    const account = await accounts.get(id);
    return account && isVisible(account.document) ? { kept, account } : undefined;
  };

  const pairsOf = async (directory: Directory, query: Omit<Query, 'limit'>): Promise<readonly Pair[]> => {
    const found: Pair[] = [];
    let after: Query['after'];
    for (let read = 0; ; ) {
      const page = await members.find({ ...query, ...(after ? { after } : {}), limit: PAGE_SIZE });
      read += page.length;
      if (read > MOST_LISTED) throw directoryRefusal('directory_list_too_long', { params: { most: MOST_LISTED } });
      found.push(...(await withAccounts(directory, page)));
      const last = page.at(-1)?.document;
      if (page.length < PAGE_SIZE || !last) return found;
      after = { id: last.id, ...(query.order ? { value: last.createdAt } : {}) };
    }
  };

  /** Whether a crash left the record: of a creation without its account, or of a deletion. */
  const isLeftOver = ({ changingFrom }: DirectoryAccount, account: Account | undefined): boolean =>
    account
      ? account.removedAt !== undefined
      : changingFrom !== undefined && clock.now() - changingFrom > LONGEST_CREATION_SECONDS;

  const withAccounts = async (
    directory: Directory,
    page: readonly Versioned<DirectoryAccount>[],
  ): Promise<readonly Pair[]> => {
    const all = await accounts.getVersions(page.map(({ document }) => document.id));
    const byId = new Map(all.map((account) => [account.document.id, account]));
    for (const { document } of page) {
      if (isLeftOver(document, byId.get(document.id)?.document)) await members.take(document.id);
    }
    return page.flatMap((kept) => {
      const account = byId.get(kept.document.id);
      return account && kept.document.directory === directory.id && isVisible(account.document)
        ? [{ kept, account }]
        : [];
    });
  };

  const candidates = async (directory: Directory, filter: Filter | undefined): Promise<readonly Pair[]> => {
    const id = filter && equalTo(filter, 'id');
    const username = filter && equalTo(filter, 'userName');
    const externalId = filter && equalTo(filter, 'externalId');
    if (id !== undefined) return [await pairOf(directory, id)].flatMap((one) => one ?? []);
    if (username !== undefined) {
      const found = await accounts.findByUsername(username);
      return found ? [await pairOf(directory, found.document.id)].flatMap((one) => one ?? []) : [];
    }
    const where = { directory: directory.id };
    if (externalId !== undefined) return pairsOf(directory, { where: { ...where, externalId } });
    return pairsOf(directory, { where, order: { by: 'createdAt', direction: 'ascending' } });
  };

  return { pairOf, candidates };
};
