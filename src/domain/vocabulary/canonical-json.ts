/**
 * The JSON Canonicalization Scheme (RFC 8785): members sorted by the UTF-16 code units of their names, numbers and strings as
 * ECMAScript writes them. The digests of the audit log are made over this text, so a change of its bytes breaks the chain.
 */

/** Far deeper than any JSON that the server reads. Also stops at a value that contains itself. */
const MAXIMUM_DEPTH = 1000;

/**
 * The canonical text of a value. `toJSON` and members that are undefined are treated as `JSON.stringify` treats them;
 * undefined stands for a value for which `JSON.stringify` has no text. Throws TypeError for a lone surrogate, a number
 * that is not finite, a bigint, and a value nested more than 1000 deep.
 */
export const canonicalJson = (value: unknown): string | undefined => textOf(value, 0);

const textOf = (value: unknown, depth: number): string | undefined => {
  if (typeof value === 'string') return stringText(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`);
    return String(value);
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth === MAXIMUM_DEPTH) throw new TypeError(`JSON is nested at most ${MAXIMUM_DEPTH} deep`);
  if ('toJSON' in value && typeof value.toJSON === 'function') return textOf(value.toJSON(), depth + 1);
  if (value instanceof Number || value instanceof String || value instanceof Boolean)
    return textOf(value.valueOf(), depth);
  return Array.isArray(value) ? arrayText(value, depth) : objectText(value as Readonly<Record<string, unknown>>, depth);
};

const stringText = (value: string): string => {
  if (!value.isWellFormed()) throw new TypeError('a lone surrogate has no canonical JSON');
  return JSON.stringify(value);
};

const arrayText = (value: readonly unknown[], depth: number): string => {
  let text = '';
  // Not `map`: it skips the holes of a sparse array, which are null.
  for (let index = 0; index < value.length; index += 1)
    text += `${index === 0 ? '' : ','}${textOf(value[index], depth + 1) ?? 'null'}`;
  return `[${text}]`;
};

const objectText = (value: Readonly<Record<string, unknown>>, depth: number): string => {
  let text = '';
  for (const name of Object.keys(value).sort()) {
    const member = textOf(value[name], depth + 1);
    if (member !== undefined) text += `${text === '' ? '' : ','}${stringText(name)}:${member}`;
  }
  return `{${text}}`;
};
