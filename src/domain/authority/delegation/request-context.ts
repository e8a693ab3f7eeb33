import { hash } from 'node:crypto';
import { strictJson } from '../../vocabulary/strict-json.ts';

const LONGEST = 4096;
const DEEPEST = 8;

/** A JSON object that comes as a form parameter, and the digest of its bytes. */
export type RequestContext = { readonly value: Readonly<Record<string, unknown>>; readonly digest: string };

/**
 * Parses the parameter. Undefined unless it is one JSON object of at most 4096 bytes. Throws 'invalid_request' for text
 * that parsers could read differently (strict-json.ts).
 */
export const readRequestContext = (text: string): RequestContext | undefined => {
  if (Buffer.byteLength(text) > LONGEST) return undefined;
  const value = strictJson(Buffer.from(text), ['__proto__'], DEEPEST);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return { value: value as RequestContext['value'], digest: hash('sha256', text, 'base64url') };
};
