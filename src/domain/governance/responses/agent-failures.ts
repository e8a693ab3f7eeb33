/** Tells the failures of one agent, which hold up no other agent, from those of the store. */
import { isStoreUnavailable } from '../../ports/document-store.ts';
import { isDomainError } from '../../vocabulary/errors.ts';

/** Whether the error is about one agent or response: others can be examined. False: the store or the audit log fails. */
export const isOfOneAgent = (error: unknown): error is Error => {
  if (isStoreUnavailable(error)) return error.reason === 'unreadable';
  return error instanceof Error && !(isDomainError(error) && error.code === 'unavailable');
};

/** Handles all that can be handled, one after the other, then throws the first failure of one agent. Other failures end it at once. */
export const eachOfAgents = async <T>(all: readonly T[], handle: (one: T) => Promise<void>): Promise<void> => {
  let failure: Error | undefined;
  for (const one of all) {
    try {
      await handle(one);
    } catch (error) {
      if (!isOfOneAgent(error)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
};
