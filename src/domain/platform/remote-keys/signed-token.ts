/**
 * JWTs that others sign: parsed strictly, and verified with a set of keys. Names the first check that fails. That
 * name is for the owner of the agent, never for the caller.
 */
import { compactVerify, type JWK } from 'jose';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { JsonWebKeySet, PublicJwk } from '../../vocabulary/json-web-keys.ts';
import { strictJson } from '../../vocabulary/strict-json.ts';
import type { Claims } from './claim-rules.ts';

/** The failed check, described without any content of the token. */
export type Refusal = { readonly check: string; readonly why: string };

/** A token as it was sent: none of its content is verified. */
export type SignedToken = {
  readonly token: string;
  readonly header: Claims & { readonly alg: string; readonly kid?: string };
  readonly claims: Claims;
};

const LONGEST_TOKEN = 16_384;
const FORBIDDEN_HEADERS = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip'];
type Fit = { readonly kty: string; readonly crv?: string };
const ALGORITHMS: ReadonlyMap<string, Fit> = new Map<string, Fit>([
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => [alg, { kty: 'RSA' }] as const),
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['ES384', { kty: 'EC', crv: 'P-384' }],
  ['ES512', { kty: 'EC', crv: 'P-521' }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
  ['Ed25519', { kty: 'OKP', crv: 'Ed25519' }],
]);

/** Signing algorithms that are accepted, as `alg` names them. */
export const SIGNING_ALGORITHMS: readonly string[] = [...ALGORITHMS.keys()];

export const isRefusal = <T extends object>(value: T | Refusal): value is Refusal => Object.hasOwn(value, 'check');

/** Parses a token strictly, without trusting any of it. `types`: the allowed values of `typ`, in lower case. */
export const readSigned = (token: string, types: ReadonlySet<unknown>): SignedToken | Refusal => {
  const parts = token.split('.');
  const [head = '', body = ''] = parts;
  if (token.length > LONGEST_TOKEN || parts.length !== 3) return { check: 'form', why: 'this is no signed JWT' };
  let header: unknown;
  let claims: unknown;
  try {
    header = strictJson(Buffer.from(head, 'base64url'));
    claims = strictJson(Buffer.from(body, 'base64url'));
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return { check: 'form', why: 'the parts of the token are not JSON that all read alike' };
  }
  if (!isObject(header) || !isObject(claims)) return { check: 'form', why: 'the parts of the token are no objects' };
  const { alg, kid, typ } = header as { readonly alg?: unknown; readonly kid?: unknown; readonly typ?: unknown };
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;
  if (!types.has(type)) return { check: 'type', why: 'typ is that of another kind of token' };
  const pointing = FORBIDDEN_HEADERS.find((name) => header[name] !== undefined);
  if (pointing) return { check: 'form', why: `the header ${pointing} is not accepted` };
  if (typeof alg !== 'string' || !ALGORITHMS.has(alg)) return { check: 'algorithm', why: 'alg is not accepted' };
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 512))
    return { check: 'form', why: 'kid is no text' };
  return { token, header: header as SignedToken['header'], claims };
};

/** The one key of a set that a token names and that fits its algorithm. `whose`: the name of the holder of the set. */
export const namedKey = (
  { header: { alg, kid } }: SignedToken,
  { keys }: JsonWebKeySet,
  whose: string,
): { readonly key: PublicJwk } | Refusal => {
  const fit = ALGORITHMS.get(alg);
  const [key, ...others] = keys.filter(
    (one) =>
      (kid === undefined || one['kid'] === kid) &&
      one['kty'] === fit?.kty &&
      (fit?.crv === undefined || one['crv'] === fit.crv) &&
      (one['alg'] === undefined || one['alg'] === alg),
  );
  if (key === undefined) return { check: 'key', why: `${whose} has no such key` };
  return others.length === 0 ? { key } : { check: 'key', why: `kid is missing, and ${whose} has several keys` };
};

export const isSignedBy = async ({ token, header }: SignedToken, key: PublicJwk): Promise<boolean> => {
  try {
    await compactVerify(token, key as JWK, { algorithms: [header.alg] });
    return true;
  } catch {
    return false;
  }
};

/** The defect in the times of a token, which must state when it was issued and when it expires. */
export const wrongTimes = ({ exp, iat, nbf }: Claims, now: number, tolerance: number): string | undefined => {
  if (!isTime(exp)) return 'exp is missing or no number';
  if (!isTime(iat)) return 'iat is missing or no number';
  if (nbf !== undefined && !(isTime(nbf) && nbf <= now + tolerance)) return 'nbf lies in the future';
  if (iat > now + tolerance) return 'iat lies in the future';
  return exp <= now - tolerance ? 'the token has expired' : undefined;
};

export const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
