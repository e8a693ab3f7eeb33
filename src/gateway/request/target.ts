/**
 * Normalises the target of a request once. The decision and the upstream get the same path. A target that two servers could read
 * differently is refused, not repaired.
 */

export type Target =
  | {
      readonly kind: 'target';
      /** Normalised path: unreserved characters are not encoded, and other escapes have upper-case digits. */
      readonly path: string;
      /** With its question mark, as received; empty without a query. */
      readonly query: string;
    }
  | { readonly kind: 'refused'; readonly why: string };

const refused = (why: string): Target => ({ kind: 'refused', why });

const UNRESERVED = /^[A-Za-z0-9\-._~]$/;
/** Characters of a path (RFC 3986 §3.3), and the escapes that are decoded one by one. */
const PATH = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*$/;
/** Besides, characters that browsers send in a query. A fragment never reaches a server. */
const QUERY = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/%?[\]{}|^`"<>\\]*$/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
const ESCAPE = /%([0-9A-Fa-f]{2})/g;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Characters that some code pages turn into slashes. */
const LOOKALIKE = /[⁄∕⧸]/;
const specialsOf = (text: string): string => text.replace(/[^/\\.;?#%:]/g, '');

/** Why the bytes of a decoded path can be read in two ways. */
const ambiguityIn = (encoded: string): string | undefined => {
  const bytes: number[] = [];
  for (let index = 0; index < encoded.length; index += 1) {
    const isEscape = encoded[index] === '%';
    bytes.push(isEscape ? Number.parseInt(encoded.slice(index + 1, index + 3), 16) : encoded.charCodeAt(index));
    if (isEscape) index += 2;
  }
  let decoded: string;
  try {
    decoded = decoder.decode(Uint8Array.from(bytes));
  } catch {
    return 'the path is not valid UTF-8';
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u001f\u007f-\u009f]/.test(decoded)) return 'the path has a control character';
  if (decoded.includes('\\')) return 'the path has a backslash';
  if (/%(?:2f|5c)/i.test(encoded)) return 'the path has an encoded slash';
  if (/%[0-9A-Fa-f]{2}/.test(decoded)) return 'the path is encoded twice';
  // Some servers cut a segment at a semicolon, before or after they decode it.
  if (decoded.includes(';')) return 'the path has a semicolon';
  if (decoded.includes('?') || decoded.includes('#')) return 'the path has an encoded question mark or number sign';
  // Other servers replace compatibility characters: a full-width slash becomes a slash.
  if (LOOKALIKE.test(decoded) || specialsOf(decoded) !== specialsOf(decoded.normalize('NFKC'))) {
    return 'the path has characters that other servers replace';
  }
  const segments = decoded.split('/');
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'the path has a dot segment';
  if (segments.slice(1, -1).includes('')) return 'the path has an empty segment';
  return segments.some((segment) => segment !== segment.trim() || /\.$/.test(segment))
    ? 'a segment of the path begins or ends with a space, or ends with a dot'
    : undefined;
};

const normalised = (path: string): string =>
  path.replace(ESCAPE, (whole: string, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return UNRESERVED.test(character) ? character : whole.toUpperCase();
  });

/** Plain paths need no further look: most requests have one. */
const PLAIN = /^\/[A-Za-z0-9\-._~!$&'()*+,=:@/]*$/;
const SUSPICIOUS = /\/[/.]|\.(?:\/|$)/;

/** Reads the target of a request line. */
export const targetOf = (received: string): Target => {
  if (!received.startsWith('/')) return refused('the target is no path');
  const question = received.indexOf('?');
  const path = question < 0 ? received : received.slice(0, question);
  const query = question < 0 ? '' : received.slice(question);
  if (query !== '' && (!QUERY.test(query) || BROKEN_ESCAPE.test(query))) return refused('the query is malformed');
  if (/%(?:00|0a|0d)/i.test(query)) return refused('the query has a control character');
  if (PLAIN.test(path) && !SUSPICIOUS.test(path)) return { kind: 'target', path, query };
  if (!PATH.test(path) || BROKEN_ESCAPE.test(path)) return refused('the path is malformed');
  const ambiguity = ambiguityIn(path);
  return ambiguity === undefined ? { kind: 'target', path: normalised(path), query } : refused(ambiguity);
};

/** A name of a query as PHP reads it, which Laravel runs on: a space, a dot and an opening bracket are an underscore. */
const nameIn = (member: string): string =>
  decodeURIComponent(member.split('=', 1)[0]?.replaceAll('+', ' ') ?? '')
    .trimStart()
    .replace(/[ .[]/g, '_')
    .toLowerCase();

/** Whether a query names another method for a POST request: some frameworks take that of `_method`. */
export const namesMethod = (query: string): boolean => {
  if (query === '') return false;
  try {
    return query.slice(1).split(/[&;]/).map(nameIn).includes('_method');
  } catch {
    // A name in another encoding than UTF-8.
    return /method/i.test(query);
  }
};
