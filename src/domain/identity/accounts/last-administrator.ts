import { withMutex } from '../../platform/cluster/mutex.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { ACCOUNTS, type Account } from './account.ts';
import type { StoredAccount } from './account-reader.ts';
import { accountRefusal } from './account-refusals.ts';

/** Protects the last active administrator. */
export interface LastAdministrator {
  /**
   * Runs changes that could remove the last administrator one after the other: in a queue of this process, then under a
   * mutex of all nodes.
   */
  oneByOne<T>(task: () => Promise<T>): Promise<T>;
  /**
   * Throws 'conflict' naming the field when the account is the only active administrator. `leaving`: accounts that are treated
   * as disabled.
   */
  refuseLast(
    account: Account,
    given?: { readonly field?: string; readonly leaving?: readonly string[] },
  ): Promise<void>;
}

export const lastAdministrator = ({
  documents,
  clock,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
}): LastAdministrator => {
  const accounts = documents.collection<StoredAccount>(ACCOUNTS);
  const queue = serially();
  const oneByOne = <T>(task: () => Promise<T>): Promise<T> =>
    queue(() => withMutex({ documents, clock }, 'administrators', task));

  const refuseLast: LastAdministrator['refuseLast'] = async (account, { field, leaving = [] } = {}) => {
    if (account.state !== 'active' || !account.roles.includes('administrator')) return;
    const gone = [...leaving, account.id];
    const others = await accounts.find({ where: { administrator: true, state: 'active' }, limit: gone.length + 1 });
    if (others.every(({ document }) => gone.includes(document.id))) {
      throw accountRefusal('last_administrator', {
        ...(field ? { field } : {}),
      });
    }
  };

  return { oneByOne, refuseLast };
};

/** Runs tasks one after the other, in order of arrival. A failed task does not stop the next. */
const serially = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(task: () => Promise<T>): Promise<T> => {
    const run = last.then(task, task);
    last = run.catch(() => undefined);
    return run;
  };
};
