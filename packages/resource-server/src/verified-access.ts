import type { Access } from './access.ts';

/** What `requireToken` has set. Throws an Error for a request that it has not let through. */
export const verifiedAccess = (set: unknown): Access => {
  if (set === undefined) throw new Error('there is no verified token here: is the route behind requireToken?');
  return set as Access;
};
