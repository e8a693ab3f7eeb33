import { DomainError } from '../errors.ts';

/** Characters that show nothing, reorder what stands beside them, or end a line. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * A text that pages show to people: one line, NFC, without characters that hide or reorder text, so that
 * what is shown is what was registered. Throws 'invalid_field'. `maximum` counts code points.
 */
export const checkText = (value: string, field: string, maximum: number): string => {
  const refuse = (message: string): never => {
    throw new DomainError('invalid_field', message, { field });
  };
  if (value.length > maximum * 2 || [...value].length > maximum) refuse(`This text has at most ${maximum} characters.`);
  if (UNSEEN.test(value)) refuse('This text holds a control, invisible or direction-changing character.');
  if (value.normalize('NFC') !== value) refuse('This text is not in Unicode normalization form C.');
  if (value.trim() === '') refuse('This text is empty.');
  if (value.trim() !== value) refuse('This text begins or ends with a space.');
  return value;
};
