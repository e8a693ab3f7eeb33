/** Parses and creates the texts of assertions. Does not decide which one is valid. */
import { type KeyObject, sign } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';

/** The `kid` of the key that signs an assertion in place of another credential. */
export const KEY_ID = 'workload';

/**
 * Whether a platform issued the token. Agents and clients issue their own assertions. The issuer of a platform is a URL, and
 * its token has another subject. A doubled parameter is an array, which oidc-provider must see and refuse.
 */
export const isOfPlatform = (token: unknown): token is string => {
  if (typeof token !== 'string') return false;
  try {
    const { iss, sub } = decodeJwt(token);
    return typeof iss === 'string' && iss.startsWith('https://') && iss !== sub;
  } catch {
    return false;
  }
};

export const keyIdOf = (assertion: unknown): string | undefined => {
  if (typeof assertion !== 'string') return undefined;
  try {
    const { kid } = decodeProtectedHeader(assertion);
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
};

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An unsigned token, of which only the subject is read. */
export const unsigned = (claims: object): string => `${part({ alg: 'none' })}.${part(claims)}.`;

export const signed = (claims: object, key: KeyObject): string => {
  const input = `${part({ alg: 'EdDSA', kid: KEY_ID })}.${part(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`;
};
