/** Far deeper than the schema of a tool. Also stops at a value that contains itself. */
const MAXIMUM_DEPTH = 64;

/**
 * The canonical text of a JSON value (RFC 8785). Members that are undefined are left out. Throws TypeError for a value that has
 * none: a bigint, a number that is not finite, a lone surrogate, a value nested more than 64 deep.
 */
export const canonicalJson = (value: unknown, depth = 0): string => {
  if (depth > MAXIMUM_DEPTH) throw new TypeError(`JSON is nested at most ${MAXIMUM_DEPTH} deep`);
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each, depth + 1)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    // By UTF-16 code units (RFC 8785 §3.2.3), which is how ECMAScript compares strings.
    members.sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${members.map(([name, each]) => `${textOf(name)}:${canonicalJson(each, depth + 1)}`).join(',')}}`;
  }
  if (typeof value === 'string') return textOf(value);
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return JSON.stringify(value);
  throw new TypeError(`${typeof value} has no canonical JSON`);
};

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

const textOf = (value: string): string => {
  if (LONE_SURROGATE.test(value)) throw new TypeError('a lone surrogate has no canonical JSON');
  return JSON.stringify(value);
};
