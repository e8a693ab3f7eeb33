import { DomainError, refuseField } from '../../vocabulary/errors.ts';
import { mixesScripts } from './scripts.ts';

/** Characters that are invisible, reorder adjacent text, or end a line. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * Marks piled up on a letter until they cover the lines around it. More than two that go with any script, the same
 * one twice, or more than four that belong to the script (Tibetan has three, UTS 39 §5.4).
 */
const PILED_UP = /(?:(?=\p{Mn})\p{Script=Inherited}){3}|(\p{Mn})\1|\p{Mn}{5}/u;

/**
 * A text that pages show to users: one line, NFC, without characters that hide or reorder text, so that the shown
 * text is the registered one. Throws 'invalid_field'. `maximum` counts code points.
 */
export const checkText = (value: string, field: string, maximum: number): string => {
  const refuse = (message: string): never => {
    throw new DomainError('invalid_field', message, { field });
  };
  if (value.length > maximum * 2 || [...value].length > maximum) refuse(`This text has at most ${maximum} characters.`);
  if (UNSEEN.test(value)) refuse('This text holds a control, invisible or direction-changing character.');
  if (value.normalize('NFC') !== value) refuse('This text is not in Unicode normalization form C.');
  if (PILED_UP.test(value.normalize('NFD'))) refuse('This text piles up marks on a letter.');
  if (value.trim() === '') refuse('This text is empty.');
  if (value.trim() !== value) refuse('This text begins or ends with a space.');
  return value;
};

/**
 * A name: a text of one script, or of scripts that are written together (UTS 39 §5.2, highly restrictive). Throws as
 * `checkText` does.
 */
export const checkName = (value: string, field: string, maximum: number): string => {
  checkText(value, field, maximum);
  if (mixesScripts(value)) refuseField(field, 'This name mixes letters of several scripts, or has one nobody writes.');
  return value;
};
