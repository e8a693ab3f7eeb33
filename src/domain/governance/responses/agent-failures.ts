/** Tells the failures of one agent, which hold up no other agent, from those of the store. */
import { isStoreUnavailable } from '../../ports/document-store.ts';
import { isDomainError } from '../../vocabulary/errors.ts';

/** Whether the error is about one agent or response: others can be examined. False: the store or the audit log fails. */
export const isOfOneAgent = (error: unknown): error is Error => {
  if (isStoreUnavailable(error)) return error.reason === 'unreadable';
  return error instanceof Error && !(isDomainError(error) && error.code === 'unavailable');
};
