/** Parses and creates the texts of assertions. Does not decide which one is valid. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { ProcessKey } from '../../domain/ports/process-key.ts';
import type { KeyStore } from '../seam/presented-credential.ts';

/** `alg` and `kid` of the key that signs an assertion in place of another credential. */
const OWN = { alg: 'EdDSA', kid: 'workload' };

/**
 * Whether a platform issued the token. Agents and clients issue their own assertions. The issuer of a platform is a URL, and
 * its token has another subject. A doubled parameter is an array, which oidc-provider must see and refuse.
 */
export const isOfPlatform = (token: unknown): token is string => {
  if (typeof token !== 'string' || !mayNameUrl(token)) return false;
  try {
    const { iss, sub } = decodeJwt(token);
    return typeof iss === 'string' && iss.startsWith('https://') && iss !== sub;
  } catch {
    return false;
  }
};

const ISSUER_URL = /"iss"\s*:\s*"https:\/\//;

/** False for nearly every assertion of an agent or client: to parse it costs more. True where an escape may hide the issuer. */
const mayNameUrl = (token: string): boolean => {
  const from = token.indexOf('.') + 1;
  const claims = Buffer.from(token.slice(from, token.indexOf('.', from)), 'base64url').toString('latin1');
  return claims.includes('\\') || ISSUER_URL.test(claims);
};

/** Characters of the encoded header of an assertion; a longer one is read each time. */
const LONGEST_HEADER = 512;
/** The oldest is dropped first. */
const MOST_HEADERS = 1_000;
/** Key ids by encoded header. All assertions that one key signs have the same. */
const keyIds = new Map<string, string>();

const readKeyId = (assertion: string): string | undefined => {
  try {
    const { kid } = decodeProtectedHeader(assertion);
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
};

export const keyIdOf = (assertion: unknown): string | undefined => {
  if (typeof assertion !== 'string') return undefined;
  const end = assertion.indexOf('.');
  if (end < 1 || end > LONGEST_HEADER) return readKeyId(assertion);
  const header = assertion.slice(0, end);
  const known = keyIds.get(header);
  if (known !== undefined) return known;
  const kid = readKeyId(assertion);
  if (kid === undefined) return undefined;
  if (keyIds.size >= MOST_HEADERS) keyIds.delete(keyIds.keys().next().value as string);
  // A slice would keep the whole assertion in memory.
  keyIds.set(Buffer.from(header).toString(), kid);
  return kid;
};

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An unsigned token, of which only the subject is read. */
export const unsigned = (claims: object): string => `${part({ alg: 'none' })}.${part(claims)}.`;

const OWN_HEADER = part(OWN);

export const signed = (claims: object, key: Pick<ProcessKey, 'sign'>): string => {
  const input = `${OWN_HEADER}.${part(claims)}`;
  return `${input}.${key.sign(input).toString('base64url')}`;
};

/** The store of the key with which this process signs. It has no other key. */
export const storeOfOwn = (key: Pick<ProcessKey, 'key'>): KeyStore => ({
  selectForVerify: ({ alg, kid }: { readonly alg?: unknown; readonly kid?: unknown }) =>
    alg === OWN.alg && kid === OWN.kid ? [OWN] : [],
  getKeyObject: () => key.key,
});
