/**
 * The JSON text of a document whose author has written it already. A store that keeps texts takes it as it is: to write and
 * check a large document once more costs as much as its digests.
 */

const texts = new WeakMap<object, string>();

/** Notes the text of a document, and freezes its members, so that no later change differs from the text. */
export const withText = <T extends object>(document: T, text: string): T => {
  texts.set(document, text);
  return Object.freeze(document);
};

/** Undefined for a document whose text must be written. */
export const textOf = (document: object): string | undefined => texts.get(document);
