/** Far deeper than a JSON value that an API compares. Also stops at a value that contains itself. */
const MAXIMUM_DEPTH = 64;

/**
 * The canonical text of a JSON value (RFC 8785). Throws TypeError for a value that has none: undefined, a bigint, a number that
 * is not finite, a lone surrogate, a value nested more than 64 deep.
 */
export const canonicalJson = (value: unknown, depth = 0): string => {
  if (depth > MAXIMUM_DEPTH) throw new TypeError(`JSON is nested at most ${MAXIMUM_DEPTH} deep`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${Array.from(value, (each) => canonicalJson(each, depth + 1)).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`${typeof value} has no canonical JSON`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  // By UTF-16 code units (RFC 8785 §3.2.3), which is how ECMAScript compares strings.
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${textOf(name)}:${canonicalJson(member, depth + 1)}`).join(',')}}`;
};

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

const textOf = (value: string): string => {
  if (LONE_SURROGATE.test(value)) throw new TypeError('a lone surrogate has no canonical JSON');
  return JSON.stringify(value);
};
