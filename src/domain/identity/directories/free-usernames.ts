/** Usernames and addresses that a directory gives to its users. */
import { createHash } from 'node:crypto';
import { withMutex } from '../../platform/cluster/mutex.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import { emailKey } from '../accounts/email-key.ts';
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

/**
 * Runs `work` while no other change gives this address away, so that two directories cannot both find it free. Throws 'conflict'
 * when an account has it. Undefined: no address is given.
 */
export const whileAddressFree = <T>(
  {
    documents,
    clock,
    accounts,
  }: {
    readonly documents: DocumentStore;
    readonly clock: Clock;
    readonly accounts: Pick<AccountRegistry, 'hasEmail'>;
  },
  email: string | undefined,
  work: () => Promise<T>,
): Promise<T> => {
  if (email === undefined) return work();
  const digest = createHash('sha256').update(emailKey(email)).digest('hex');
  return withMutex({ documents, clock }, `address ${digest}`, async () => {
    if (await accounts.hasEmail(email)) throw directoryRefusal('directory_email_taken');
    return work();
  });
};
