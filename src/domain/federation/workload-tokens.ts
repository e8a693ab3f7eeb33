/**
 * Checks of a workload token that do not depend on who it may stand for: form, issuer, key, signature, audience and
 * times. The first that fails is named; that name is for whoever answers for the agent, never for the caller.
 */
import { compactVerify, type JWK } from 'jose';
import type { PublicJwk } from '../clients/client.ts';
import { whyNoKeys } from '../clients/keys-by-url.ts';
import { isDomainError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { strictJson } from '../strict-json.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import type { Claims } from './rules.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** What was not good, in words without anything of the token. */
export type Refusal = { readonly check: string; readonly why: string };

/** A token as it came: nothing of it is known to be true. */
export type ReadToken = {
  readonly token: string;
  readonly header: Claims & { readonly alg: string; readonly kid?: string };
  readonly claims: Claims & { readonly iss: string; readonly sub: string };
};

const LONGEST_TOKEN = 16_384;
const LONGEST_SUBJECT = 1024;
const TYPES = new Set<unknown>([undefined, 'jwt', 'jose']);
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

export const isRefusal = <T extends object>(value: T | Refusal): value is Refusal => Object.hasOwn(value, 'check');

/** Reads a token strictly, without believing any of it. */
export const readToken = (token: string): ReadToken | Refusal => {
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
  if (!TYPES.has(type)) return { check: 'type', why: 'typ is that of another kind of token' };
  const pointing = FORBIDDEN_HEADERS.find((name) => header[name] !== undefined);
  if (pointing) return { check: 'form', why: `the header ${pointing} is not accepted` };
  if (typeof alg !== 'string' || !ALGORITHMS.has(alg)) return { check: 'algorithm', why: 'alg is not accepted' };
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 512))
    return { check: 'form', why: 'kid is no text' };
  const { iss, sub } = claims as { readonly iss?: unknown; readonly sub?: unknown };
  if (typeof iss !== 'string') return { check: 'issuer', why: 'iss is missing' };
  if (typeof sub !== 'string' || sub === '' || sub.length > LONGEST_SUBJECT) {
    return { check: 'subject', why: 'sub is missing or too long' };
  }
  return { token, header: header as ReadToken['header'], claims: claims as ReadToken['claims'] };
};

export const workloadTokens = (deps: {
  readonly keys: Pick<IssuerKeys, 'find'>;
  readonly clock: Clock;
  /** Our own issuer. */
  readonly issuer: string;
  readonly clockToleranceSeconds: number;
}) => {
  const { keys, clock, clockToleranceSeconds: tolerance } = deps;

  const wrongTime = ({ exp, iat, nbf }: Claims, { maxTokenAgeSeconds }: TrustedIssuer): string | undefined => {
    const now = clock.now();
    const [ends, made] = [exp, iat].map((value) => (isTime(value) ? value : undefined));
    if (ends === undefined) return 'exp is missing or no number';
    if (made === undefined) return 'iat is missing or no number';
    if (nbf !== undefined && !(isTime(nbf) && nbf <= now + tolerance)) return 'nbf lies in the future';
    if (made > now + tolerance) return 'iat lies in the future';
    if (ends <= now - tolerance) return 'the token has expired';
    if (now - made > maxTokenAgeSeconds + tolerance) return 'the token is older than max_token_age_seconds allows';
    return undefined;
  };

  const keyFor = async ({ header: { alg, kid } }: ReadToken, issuer: TrustedIssuer): Promise<PublicJwk | Refusal> => {
    const fit = ALGORITHMS.get(alg);
    const all = await keys.find(issuer, kid);
    const found = all.keys.filter(
      (key) =>
        (kid === undefined || key['kid'] === kid) &&
        key['kty'] === fit?.kty &&
        (fit?.crv === undefined || key['crv'] === fit.crv) &&
        (key['alg'] === undefined || key['alg'] === alg),
    );
    const [key] = found;
    if (key === undefined) return { check: 'key', why: 'the issuer has no such key' };
    return found.length === 1 ? key : { check: 'key', why: 'kid is missing, and the issuer has several keys' };
  };

  return {
    /** What of a token of this issuer is not good; undefined when all is. Throws 'unavailable' where a fetch had no room. */
    async refusalOf(read: ReadToken, issuer: TrustedIssuer): Promise<Refusal | undefined> {
      const { claims } = read;
      if (issuer.state !== 'active') return { check: 'issuer', why: 'this issuer is not trusted any more' };
      if (claims.iss !== issuer.issuer) return { check: 'issuer', why: 'the token is of another issuer' };
      const { aud } = claims as { readonly aud?: unknown };
      const audience = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
      if (audience !== (issuer.audience ?? deps.issuer)) {
        return { check: 'audience', why: `aud must be ${issuer.audience ?? deps.issuer} and nothing else` };
      }
      const late = wrongTime(claims, issuer);
      if (late !== undefined) return { check: 'time', why: late };
      let key: PublicJwk | Refusal;
      try {
        key = await keyFor(read, issuer);
      } catch (error) {
        if (!isDomainError(error) || error.code === 'unavailable') throw error;
        return { check: 'key', why: `the keys of the issuer cannot be had: ${whyNoKeys(error).slice(0, 150)}` };
      }
      if ('check' in key && isRefusal(key)) return key;
      try {
        await compactVerify(read.token, key as JWK, { algorithms: [read.header.alg] });
        return undefined;
      } catch {
        return { check: 'signature', why: 'the signature is not of this key' };
      }
    },
  };
};

export type WorkloadTokens = ReturnType<typeof workloadTokens>;

const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
