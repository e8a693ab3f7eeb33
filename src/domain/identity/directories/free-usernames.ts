/** Usernames that a directory gives to its users. */
import { isDomainError } from '../../vocabulary/errors.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import { directoryRefusal } from './directory-refusals.ts';

/** Throws 'conflict' when an account or a group has the username, and says what an administrator can do about it. */
export const checkUsernameFree = async (
  accounts: Pick<AccountRegistry, 'checkFree'>,
  username: string,
): Promise<void> => {
  try {
    await accounts.checkFree(username);
  } catch (error) {
    const isTaken = isDomainError(error) && error.reason === 'username_taken';
    throw isTaken ? directoryRefusal('directory_username_taken', { field: '/username' }) : error;
  }
};
