/** Challenges of `WWW-Authenticate` (RFC 9110 §11.6.1). */

export type Challenge = { readonly scheme: string; readonly parameters: Readonly<Record<string, string>> };

const SEPARATORS = /[\s,]*/y;
const TOKEN = /[\w!#$%&'*+.^`|~-]+/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
/** Longer headers are not read. */
const MOST_CHARACTERS = 8192;

/**
 * Reads a header. A name without a value begins a challenge; schemes with a token68 are of no use here. What comes after a malformed
 * part is left out. Names are in lower case, and the first value of a name counts.
 */
export const challengesIn = (header: string | null): readonly Challenge[] => {
  if (header === null || header.length > MOST_CHARACTERS) return [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(header);
    if (found) at = pattern.lastIndex;
    return found?.[1] ?? found?.[0];
  };
  const found: { readonly scheme: string; readonly parameters: Map<string, string> }[] = [];
  for (;;) {
    take(SEPARATORS);
    const name = take(TOKEN)?.toLowerCase();
    if (name === undefined) break;
    const current = found.at(-1);
    if (take(EQUALS) === undefined) {
      found.push({ scheme: name, parameters: new Map() });
      continue;
    }
    const value = header[at] === '"' ? take(QUOTED)?.replace(/\\(.)/g, '$1') : take(TOKEN);
    if (value === undefined || !current) break;
    if (!current.parameters.has(name)) current.parameters.set(name, value);
  }
  return found.map(({ scheme, parameters }) => ({ scheme, parameters: Object.fromEntries(parameters) }));
};
