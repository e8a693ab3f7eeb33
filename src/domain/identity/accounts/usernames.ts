/** Gives usernames to accounts. Each is free of accounts and of groups, which share one namespace (groups/owner-names.ts). */
import { type Collection, isDocumentConflict } from '../../ports/document-store.ts';
import type { DomainError } from '../../vocabulary/errors.ts';
import type { StoredAccount } from './account-reader.ts';
import { accountRefusal } from './account-refusals.ts';

/** The names of possible owners, as far as accounts need them. */
export type OwnerNamesOfAccounts = {
  isTaken(name: string, kind: 'group'): Promise<boolean>;
  /** Runs `write` only while no group has the name. */
  give<T>(
    name: string,
    kind: 'account',
    refusal: DomainError,
    write: () => Promise<T>,
    undo: { readonly takeBack: (written: T) => Promise<void> },
  ): Promise<T>;
};

interface Usernames {
  /** Throws 'conflict' when an account or a group has the username. */
  checkFree(username: string): Promise<void>;
  /** Runs `write`, which gives an account the username. Throws as `checkFree` does. `takeBack` undoes `write`. */
  give<T>(username: string, write: () => Promise<T>, takeBack: () => Promise<void>): Promise<T>;
}

export const usernames = ({
  accounts,
  ownerNames,
}: {
  readonly accounts: Pick<Collection<StoredAccount>, 'find'>;
  readonly ownerNames: OwnerNamesOfAccounts;
}): Usernames => {
  const taken = () => accountRefusal('username_taken', { field: '/username' });
  const isGroup = () => accountRefusal('username_is_group_name', { field: '/username' });

  return {
    async checkFree(username): Promise<void> {
      if ((await accounts.find({ where: { username }, limit: 1 })).length > 0) throw taken();
      if (await ownerNames.isTaken(username, 'group')) throw isGroup();
    },

    give: <T>(username: string, write: () => Promise<T>, takeBack: () => Promise<void>): Promise<T> => {
      const orTaken = async (): Promise<T> => {
        try {
          return await write();
        } catch (error) {
          throw isDocumentConflict(error) ? taken() : error;
        }
      };
      return ownerNames.give(username, 'account', isGroup(), orTaken, { takeBack });
    },
  };
};
