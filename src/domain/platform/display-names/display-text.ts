import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import { nameRefusal } from './name-refusals.ts';
import { mixesScripts } from './scripts.ts';

/** Characters that are invisible, reorder adjacent text, or end a line. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * Marks piled up on a letter until they cover the lines around it. Matches more than two marks that go with any script,
 * the same mark twice, or more than four marks of the letter's script (Tibetan has three, UTS 39 §5.4).
 */
const PILED_UP = /(?:(?=\p{Mn})\p{Script=Inherited}){3}|(\p{Mn})\1|\p{Mn}{5}/u;

/**
 * A text that pages show to users. It must be one line, NFC, without characters that hide or reorder text. The shown
 * text is therefore the registered one. Throws 'invalid_field'. `maximum` counts code points.
 */
export const checkText = (value: string, field: string, maximum: number): string => {
  if (value.length > maximum * 2 || [...value].length > maximum)
    throw fieldRefusal('text_too_long', { field, params: { most: maximum } });
  if (UNSEEN.test(value)) throw fieldRefusal('text_has_hidden_character', { field });
  if (value.normalize('NFC') !== value) throw fieldRefusal('text_not_normalized', { field });
  if (PILED_UP.test(value.normalize('NFD'))) throw fieldRefusal('text_piles_up_marks', { field });
  if (value.trim() === '') throw fieldRefusal('text_empty', { field });
  if (value.trim() !== value) throw fieldRefusal('text_has_outer_space', { field });
  return value;
};

/**
 * A name: a text of at most 100 code points, of one script, or of scripts that are written together (UTS 39 §5.2, highly restrictive). Throws as
 * `checkText` does.
 */
export const checkName = (value: string, field: string): string => {
  checkText(value, field, 100);
  if (mixesScripts(value)) throw nameRefusal('name_mixes_scripts', { field });
  return value;
};
