/** A user of a directory, and which of them fit a filter. */
import { type Filter, fits } from '../scim/filter.ts';
import { isoTime, type Values } from '../scim/values.ts';
import { inParts } from './directory-memberships.ts';

/** A user as a directory sees it. `values` has the attributes that it can write. */
export type DirectoryUser = {
  readonly id: string;
  readonly values: Values;
  /** Changes with each change of the user or the account. */
  readonly version: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** Users that are compared before waiting requests run: a filter of 100 terms takes about 20 ms for them at most. */
const AT_ONCE = 250;

/** With the attributes that only the server sets. */
export const filterable = ({ id, values, createdAt, updatedAt }: DirectoryUser): Values => ({
  ...values,
  id,
  meta: { resourceType: 'User', created: isoTime(createdAt), lastModified: isoTime(updatedAt) },
});

/** `pause` lets waiting requests run, so that a directory with a costly filter delays no others. */
export const fittingUsers = async (
  users: readonly DirectoryUser[],
  filter: Filter,
  pause: () => Promise<void>,
): Promise<readonly DirectoryUser[]> => {
  const found: DirectoryUser[] = [];
  for (const part of inParts(users, AT_ONCE)) {
    found.push(...part.filter((user) => fits(filterable(user), filter)));
    if (users.length > AT_ONCE) await pause();
  }
  return found;
};
