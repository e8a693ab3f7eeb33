import { readsAsId } from '../../platform/display-names/id-form.ts';
import { normaliseUsername } from '../accounts/username.ts';
import type { OwnerNames } from '../groups/owner-names.ts';

/** Maximum number of alternatives that are tried. */
const MOST_TRIED = 20;
/** Number of characters kept of the claimed name; a username has at most 64. */
const KEPT = 55;

/**
 * The username of the account to create for a user of an upstream: the claimed one. If the claimed one reads as an id
 * or is the name of a group: an unused one derived from it. Undefined when there is none.
 */
export const chosenUsername = async (
  claimed: string,
  names: Pick<OwnerNames, 'isTaken'>,
): Promise<string | undefined> => {
  if (!readsAsId(claimed) && !(await names.isTaken(claimed, 'group'))) return claimed;
  const kept = [...claimed].slice(0, KEPT).join('');
  for (let tried = 1; tried <= MOST_TRIED; tried += 1) {
    const username = normaliseUsername(`user${tried === 1 ? '' : tried}-${kept}`);
    if (username === undefined) return undefined;
    if (!(await names.isTaken(username, 'account')) && !(await names.isTaken(username, 'group'))) return username;
  }
  return undefined;
};
