/**
 * The word of a table for a text that can be anything, such as one that a client chose. The names of `Object.prototype`, as in
 * `constructor`, have none. Without this a page fails on them.
 */
export const wordOf = <Word>(table: Readonly<Record<string, Word>>, text: string): Word | undefined =>
  Object.hasOwn(table, text) ? table[text] : undefined;
