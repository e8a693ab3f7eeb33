/** RFC 6749 §3.3 */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const LONGEST = 4096;

/** The names in a scope parameter or claim, sorted and without duplicates; undefined when it is malformed. */
export const scopeTokens = (scope: string): readonly string[] | undefined => {
  if (scope.length > LONGEST) return undefined;
  const names = scope.split(' ').filter((name) => name !== '');
  if (names.length === 0 || !names.every((name) => SCOPE_TOKEN.test(name))) return undefined;
  return [...new Set(names)].sort();
};
