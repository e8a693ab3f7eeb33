import { ID_PREFIXES, type IdPrefix } from '../../ports/identifiers.ts';
import { skeleton } from './skeleton.ts';

/** What is said of a name that reads as an id. */
export const NO_ID_RULE = 'A name does not begin like an id, such as acc_ or grp_. Choose another one.';

/**
 * Whether a text reads as an id, for people or for what compares it: it begins with a prefix and its underscore, in any
 * case, width and script, with invisible characters in between or not.
 */
export const readsAsId = (text: string, prefixes: readonly IdPrefix[] = ID_PREFIXES): boolean => {
  const folded = text
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .trim()
    .toLowerCase();
  const looks = skeleton(folded);
  return prefixes.some((prefix) => folded.startsWith(`${prefix}_`) || looks.startsWith(skeleton(`${prefix}_`)));
};
