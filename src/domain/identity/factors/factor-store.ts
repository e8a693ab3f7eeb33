import type { Clock } from '../../ports/clock.ts';
import {
  type Collection,
  type DocumentStore,
  StoreUnavailable,
  tryInsert,
  update,
} from '../../ports/document-store.ts';
import { type AccountFactors, FACTORS, type Factor } from './factor.ts';

/** The stored factors: one document for each account that has one. */
export interface FactorStore {
  readonly stored: Collection<AccountFactors>;
  /** The factors of an account. Throws StoreUnavailable when they cannot be read. */
  all(account: string): Promise<readonly Factor[]>;
  /** Compare-and-swap on the document of an account, which is created when there is none. `change` throws to refuse. */
  write(account: string, change: (factors: readonly Factor[]) => readonly Factor[]): Promise<void>;
}

export const factorStore = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Pick<Clock, 'now'>;
}): FactorStore => {
  const stored = documents.collection<AccountFactors>(FACTORS);

  /**
   * Without a document there are none. A document that is not understood is an error, not an empty list: an empty
   * list would open the account.
   */
  const all = async (account: string): Promise<readonly Factor[]> => {
    const found = await stored.get(account);
    if (found === undefined) return [];
    if (!Array.isArray(found.document.factors)) throw new StoreUnavailable(`the factors of ${account} cannot be read`);
    return found.document.factors;
  };

  const write = async (account: string, change: (factors: readonly Factor[]) => readonly Factor[]): Promise<void> => {
    const next = (factors: readonly Factor[]): AccountFactors => ({
      id: account,
      factors: change(factors),
      updatedAt: clock.now(),
    });
    if ((await stored.get(account)) === undefined && (await tryInsert(stored, next([])))) return;
    const written = await update(stored, account, ({ factors }) => next(factors));
    if (written === undefined) throw new StoreUnavailable(`the factors of ${account} are gone`);
  };

  return { stored, all, write };
};
