/** Which accounts belong to which directory, for those who only read it, and one change at a time of what a directory has. */
import { withMutex } from '../../platform/cluster/mutex.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { DIRECTORY_ACCOUNTS, type DirectoryAccount } from './directory.ts';

/** More accounts are not counted: a page does not read the whole store. */
const MOST_SHOWN = 1000;

/**
 * Runs `work` while no other change of one account as that of a directory runs: a change by the directory, or one of the directory
 * that it belongs to. So a directory changes nothing any more once an account was taken from it. As `withMutex`.
 */
export const withAccountOfDirectory = <T>(
  parts: { readonly documents: DocumentStore; readonly clock: Clock },
  account: string,
  work: () => Promise<T>,
): Promise<T> => withMutex(parts, `directory account ${account}`, work);

export interface DirectoryAccounts {
  /** Id of the directory that the account belongs to. Undefined: it belongs to none. */
  directoryOf(account: string): Promise<string | undefined>;
  /** How many accounts a directory has, counted up to 1,000; `isMore`: it has more. */
  count(directory: string): Promise<{ readonly count: number; readonly isMore: boolean }>;
}

export const directoryAccounts = ({ documents }: { readonly documents: DocumentStore }): DirectoryAccounts => {
  const accounts = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  return {
    directoryOf: async (account) => (await accounts.get(account))?.document.directory,

    async count(directory) {
      const found = await accounts.find({ where: { directory }, limit: MOST_SHOWN });
      if (found.length < MOST_SHOWN) return { count: found.length, isMore: false };
      const last = found.at(-1)?.document;
      const next = last ? await accounts.find({ where: { directory }, limit: 1, after: { id: last.id } }) : [];
      return { count: MOST_SHOWN, isMore: next.length > 0 };
    },
  };
};
