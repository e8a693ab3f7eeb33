import { ID_PREFIXES, type IdPrefix } from '../../ports/identifiers.ts';
import { skeleton } from './skeleton.ts';

/**
 * Whether a text reads as an id, to users or to code that compares it. It begins with a prefix and its underscore,
 * in any case, width and script, with or without invisible characters in between.
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
