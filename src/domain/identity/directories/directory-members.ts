/** Reads the accounts of a directory: those that it created or was given, without those that hold a role. */
import { fairQueue } from '../../platform/rate-limits/fair-queue.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cursor, DocumentStore, Query, Versioned } from '../../ports/document-store.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { Account } from '../accounts/account.ts';
import type { AccountReader } from '../accounts/account-reader.ts';
import { equalTo, type Filter } from '../scim/filter.ts';
import { DIRECTORY_ACCOUNTS, type Directory, type DirectoryAccount } from './directory.ts';
import { directoryRefusal } from './directory-refusals.ts';
import { memberOutlines, type OutlinePart } from './member-outline.ts';

export type Pair = { readonly kept: Versioned<DirectoryAccount>; readonly account: Versioned<Account> };

/** `next`: where the next page begins. Absent: this is the last one. */
export type MemberPage = { readonly pairs: readonly Pair[]; readonly next?: Cursor };

/** Maximum number of users that one list reads, and bytes of their attributes. */
const MOST_LISTED = 10_000;
const MOST_LISTED_BYTES = 33_554_432;
const PAGE_SIZE = 500;
/** Maximum number of whole lists that this process reads at once, and that wait for it. Directories take turns. */
const MOST_LISTS = { atOnce: 4, waiting: 400 };
/** A creation that has not ended after this time was cut off. */
const LONGEST_CREATION_SECONDS = 3600;

export interface DirectoryMembers {
  /** Undefined: the directory has no such account, or the account holds a role. */
  pairOf(directory: Directory, id: string): Promise<Pair | undefined>;
  /**
   * All accounts that may fit a filter, oldest first. Reads one for `userName eq`, `externalId eq` and `id eq`. Otherwise
   * removes records that a crash left without an account. Throws 'invalid_field' where it would read more than
   * 10,000, or more than 32 MiB, and 'unavailable' while 400 other lists wait.
   */
  candidates(directory: Directory, filter: Filter | undefined): Promise<readonly Pair[]>;
  /**
   * At most `count` accounts from a number on, which begins with 1, oldest first, and how many there are. In a directory whose list
   * `candidates` refuses, the number is that of the last minute, or of ten minutes in the middle of the list. Throws 'unavailable'
   * as `candidates` does.
   */
  pageAt(
    directory: Directory,
    from: { readonly startIndex: number; readonly count: number },
  ): Promise<{ readonly pairs: readonly Pair[]; readonly total: number }>;
  /**
   * At most `count` accounts after a place, oldest first, of those that `fitting` accepts. Examines at most 10,000, so a page
   * may have less although `next` says that there are more.
   */
  page(
    directory: Directory,
    from: { readonly after: Cursor | undefined; readonly count: number },
    fitting: (pair: Pair) => boolean,
  ): Promise<MemberPage>;
}

export const directoryMembers = ({
  documents,
  clock,
  accounts,
  pause,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly accounts: Pick<AccountReader, 'get' | 'getVersions' | 'findByUsername'>;
  /** Lets waiting requests run. Called after each page of a longer list: a store may read without a turn of the event loop. */
  readonly pause: () => Promise<void>;
}): DirectoryMembers => {
  const members = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);

  const inTurn = fairQueue(MOST_LISTS.atOnce, MOST_LISTS.waiting, () =>
    directoryRefusal('directory_lists_busy', { retryAfterSeconds: 5 }),
  );

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
    for (let read = 0, bytes = 0; ; ) {
      const page = await members.find({ ...query, ...(after ? { after } : {}), limit: PAGE_SIZE });
      read += page.length;
      bytes += bytesOf(page);
      if (isTooMuch({ read, bytes })) {
        throw directoryRefusal('directory_list_too_long', { params: { most: MOST_LISTED } });
      }
      found.push(...(await withAccounts(directory, page)));
      const last = page.at(-1)?.document;
      if (page.length < PAGE_SIZE || !last) return found;
      after = { id: last.id, ...(query.order ? { value: last.createdAt } : {}) };
      await pause();
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
    const order = { by: 'createdAt', direction: 'ascending' } as const;
    return inTurn([directory.id], () => pairsOf(directory, { where, order }));
  };

  const page: DirectoryMembers['page'] = async (directory, { after, count }, fitting) => {
    const pairs: Pair[] = [];
    const where = { directory: directory.id };
    const order = { by: 'createdAt', direction: 'ascending' } as const;
    let place = after;
    for (let examined = 0; examined < MOST_LISTED; ) {
      const found = await members.find({ where, order, ...(place ? { after: place } : {}), limit: PAGE_SIZE });
      const fit = (await withAccounts(directory, found)).filter(fitting);
      const taken = fit.slice(0, count - pairs.length);
      pairs.push(...taken);
      const isMoreHere = fit.length > taken.length;
      const last = isMoreHere ? taken.at(-1)?.kept.document : found.at(-1)?.document;
      if (last) place = { id: last.id, value: last.createdAt };
      if (!isMoreHere && found.length < PAGE_SIZE) return { pairs };
      examined += found.length;
      if (pairs.length >= count) break;
      await pause();
    }
    return place ? { pairs, next: place } : { pairs };
  };

  async function* walk(directory: Directory): AsyncGenerator<OutlinePart, undefined> {
    const order = { by: 'createdAt', direction: 'ascending' } as const;
    let after: Cursor | undefined;
    for (let read = 0, bytes = 0; ; ) {
      const where = { directory: directory.id };
      const found = await members.find({ where, order, ...(after ? { after } : {}), limit: PAGE_SIZE });
      const last = found.at(-1)?.document;
      if (!last) return undefined;
      after = { id: last.id, value: last.createdAt };
      read += found.length;
      // To measure the others would change nothing.
      if (!isTooMuch({ read, bytes })) bytes += bytesOf(found);
      const isLong = isTooMuch({ read, bytes });
      yield { count: (await withAccounts(directory, found)).length, end: after, isLong };
      await pause();
    }
  }
  const outlines = memberOutlines({ clock, walk });

  /** Undefined: there is too much to read it at once. */
  const whole = async (directory: Directory): Promise<readonly Pair[] | undefined> => {
    if (outlines.isLong(directory)) return undefined;
    try {
      return await candidates(directory, undefined);
    } catch (error) {
      if (!isDomainError(error) || error.reason !== 'directory_list_too_long') throw error;
      // It was shorter when it was outlined.
      outlines.forget(directory);
      return undefined;
    }
  };

  const pageAt: DirectoryMembers['pageAt'] = async (directory, { startIndex, count }) => {
    const all = await whole(directory);
    const from = startIndex - 1;
    if (all) return { pairs: all.slice(from, from + count), total: all.length };
    const { after, skip, total } = await outlines.placeOf(directory, startIndex);
    const { pairs } = await page(directory, { after, count: skip + count }, () => true);
    const shown = pairs.slice(skip);
    return { pairs: shown, total: Math.max(total, shown.length === 0 ? 0 : from + shown.length) };
  };

  return { pairOf, candidates, page, pageAt };
};

const bytesOf = (page: readonly Versioned<DirectoryAccount>[]): number =>
  page.reduce((sum, { document }) => sum + Buffer.byteLength(JSON.stringify(document.attributes)), 0);

const isTooMuch = ({ read, bytes }: { readonly read: number; readonly bytes: number }): boolean =>
  read > MOST_LISTED || bytes > MOST_LISTED_BYTES;
