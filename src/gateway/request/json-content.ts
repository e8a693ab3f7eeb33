/** JSON content that the gateway decides about: all parsers must read it alike. */
import { isAscii } from 'node:buffer';
import { strictJson, strictJsonText } from '../../domain/vocabulary/strict-json.ts';
import { RequestRefused } from './request-refused.ts';

type Headers = readonly (readonly [name: string, value: string])[];

export const headerIn = (headers: Headers, name: string): string | undefined =>
  headers.find(([own]) => own.length === name.length && own.toLowerCase() === name)?.[1];

const JSON_TYPE = /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i;
/** Matching a long text takes no stack, unless it has millions of escapes. */
const NUMBER_OF_JSON = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
/** Digits that each parser keeps. */
const MOST_DIGITS = 15;
/** A text without this has no number that `checkNumbers` refuses. In a string it means nothing. */
const NUMBER_AT_RISK = /\d[\d.]{15}|\d[eE]/;

const ambiguous = (why: string): RequestRefused =>
  new RequestRefused(400, 'content_ambiguous', `The content is refused: ${why}.`);

/** Some parsers read a number as binary64, others as a decimal. */
const checkNumbers = (text: string): void => {
  if (!NUMBER_AT_RISK.test(text)) return;
  for (const [token] of text.matchAll(NUMBER_OF_JSON)) {
    if (token.startsWith('"')) continue;
    const [mantissa = '', exponent = '0'] = token.toLowerCase().split('e');
    const digits = mantissa.replace(/^-?[0.]*/, '').replace('.', '');
    if (digits.length > MOST_DIGITS || Math.abs(Number(exponent)) > 100) {
      throw ambiguous('a number has more digits than each parser keeps');
    }
  }
};

const REFUSED = ['__proto__'];
const DEEPEST = 64;

/** The value of the content. Throws RequestRefused. */
export const jsonContent = (headers: Headers, bytes: Uint8Array): unknown => {
  const coding = headerIn(headers, 'content-encoding');
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    throw new RequestRefused(
      415,
      'coding_refused',
      'The gateway reads this content, so send it without a content coding.',
    );
  }
  if (!JSON_TYPE.test(headerIn(headers, 'content-type') ?? '')) {
    throw new RequestRefused(415, 'type_refused', 'Send the content as application/json in UTF-8.');
  }
  try {
    // Digits, signs and quotes are single bytes in UTF-8, and part of no other character.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    // The same text in both encodings, and decoded once.
    const value = isAscii(bytes) ? strictJsonText(text, REFUSED, DEEPEST) : strictJson(bytes, REFUSED, DEEPEST);
    checkNumbers(text);
    return value;
  } catch (error) {
    if (error instanceof RequestRefused) throw error;
    if (error instanceof RangeError) throw ambiguous('a text in it is too long');
    throw ambiguous((error as Error).message.replace(/\.$/, ''));
  }
};

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are part of ASCII
const ASCII = /^[\x00-\x7f]*$/;

/** ASCII is its own normal form, and keeps its length. */
const isSpelledLike = (other: string, name: string): boolean => {
  if (ASCII.test(other)) return other.length === name.length && other.toLowerCase() === name.toLowerCase();
  return other.normalize('NFKC').toLowerCase() === name.toLowerCase();
};

/**
 * A member by its exact name; undefined without one. Throws RequestRefused if another member has the same name in other letter case: some
 * parsers take that one.
 */
export const memberOf = (object: JsonObject, name: string): unknown => {
  for (const other in object) {
    if (other === name || !isSpelledLike(other, name)) continue;
    throw ambiguous(`two members could be ${JSON.stringify(name)}`);
  }
  return Object.hasOwn(object, name) ? object[name] : undefined;
};

const PLAIN = /^[a-z_]+$/;

/** Reads members as `memberOf` does, for plain names: of lower-case letters and `_`. Looks at the names of the object once. */
export const membersOf = (object: JsonObject): ((name: string) => unknown) => {
  for (const name in object) {
    // Only another name could be read as a plain one.
    if (!PLAIN.test(name)) return (wanted) => memberOf(object, wanted);
  }
  return (name) => (Object.hasOwn(object, name) ? object[name] : undefined);
};

/** The value at a JSON pointer (RFC 6901), through objects alone. Throws as `memberOf` does. */
export const valueAt = (value: unknown, pointer: string): unknown => {
  let found = value;
  for (const step of pointer.slice(1).split('/')) {
    if (!isJsonObject(found)) return undefined;
    found = memberOf(found, step.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  return found;
};
