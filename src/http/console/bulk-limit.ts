import { consoleRefusal } from './console-refusals.ts';

/** Most objects of one action. */
const MOST = 100;

/** The chosen objects. Throws DomainError 'invalid_field' for more than 100. */
export const atMost = <T>(all: readonly T[]): readonly T[] => {
  if (all.length > MOST) throw consoleRefusal('bulk_too_many', { field: '/id', params: { most: MOST } });
  return all;
};
