/** Limits how many accounts a directory has, so that a directory out of control does not fill the store. */
import type { Clock } from '../../ports/clock.ts';
import { countDocuments, type DocumentStore } from '../../ports/document-store.ts';
import { DIRECTORY_ACCOUNTS, type Directory, type DirectoryAccount } from './directory.ts';
import { directoryRefusal } from './directory-refusals.ts';

/** Default of `mostAccounts`. */
export const MOST_ACCOUNTS = 100_000;
/** A count is good for this time; at the limit for less, so that there is soon room after a deletion on another node. */
const COUNTED_SECONDS = 600;
const COUNTED_AT_LIMIT_SECONDS = 60;

export interface AccountLimit {
  /**
   * Counts a creation before it happens. Throws 'forbidden' at the limit. Each node counts for itself and reads the store every
   * ten minutes, so several nodes may exceed the limit by what they create in that time.
   */
  add(directory: Directory): Promise<void>;
  /** An account was deleted, or its creation failed. */
  drop(directory: Directory): void;
}

export const accountLimit = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}): AccountLimit => {
  const accounts = documents.collection<DirectoryAccount>(DIRECTORY_ACCOUNTS);
  const counts = new Map<string, { readonly count: number; readonly at: number }>();

  const counted = async ({ id }: Directory, most: number): Promise<{ readonly count: number; readonly at: number }> => {
    const known = counts.get(id);
    const age = clock.now() - (known?.at ?? 0);
    if (known && age < (known.count < most ? COUNTED_SECONDS : COUNTED_AT_LIMIT_SECONDS)) return known;
    const count = await countDocuments(accounts, { where: { directory: id } });
    return { count, at: clock.now() };
  };

  return {
    async add(directory): Promise<void> {
      const { mostAccounts: most = MOST_ACCOUNTS } = directory;
      const { at } = await counted(directory, most).then((fresh) => {
        if (counts.get(directory.id)?.at !== fresh.at) counts.set(directory.id, fresh);
        return fresh;
      });
      // Read again: others may have added in the meantime.
      const { count = 0 } = counts.get(directory.id) ?? {};
      if (count >= most) throw directoryRefusal('directory_accounts_exceeded', { params: { most } });
      counts.set(directory.id, { count: count + 1, at });
    },

    drop({ id }): void {
      const known = counts.get(id);
      if (known) counts.set(id, { ...known, count: known.count - 1 });
    },
  };
};
