/**
 * Checks of a workload token that do not depend on the agent: form, issuer, key, signature, audience and times.
 * Names the first check that fails. That name is for the owner of the agent, never for the caller.
 */

import type { Claims } from '../../platform/remote-keys/claim-rules.ts';
import { whyNoKeys } from '../../platform/remote-keys/keys-by-url.ts';
import {
  isRefusal,
  isTime,
  namedKey,
  type Refusal,
  readSigned,
  type SignedToken,
  wrongTimes,
} from '../../platform/remote-keys/signed-token.ts';
import { verifiedTokens } from '../../platform/remote-keys/verified-tokens.ts';
import type { Clock } from '../../ports/clock.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import type { PublicJwk } from '../../vocabulary/json-web-keys.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** A token as it was sent: none of its content is verified. */
export type ReadToken = SignedToken & {
  readonly claims: Claims & { readonly iss: string; readonly sub: string };
};

const LONGEST_SUBJECT = 1024;
const TYPES = new Set<unknown>([undefined, 'jwt', 'jose']);

/** Parses a token strictly, without trusting any of it. */
export const readToken = (token: string): ReadToken | Refusal => {
  const read = readSigned(token, TYPES);
  if (isRefusal(read)) return read;
  const { iss, sub } = read.claims as { readonly iss?: unknown; readonly sub?: unknown };
  if (typeof iss !== 'string') return { check: 'issuer', why: 'iss is missing' };
  if (typeof sub !== 'string' || sub === '' || sub.length > LONGEST_SUBJECT) {
    return { check: 'subject', why: 'sub is missing or too long' };
  }
  return read as ReadToken;
};

/** Checks of a workload token that do not depend on the agent. */
export interface WorkloadTokens {
  /**
   * The failed check of a token of this issuer. Undefined when it is valid. Throws 'unavailable' when the fetch budget
   * is used up.
   */
  refusalOf(read: ReadToken, issuer: TrustedIssuer): Promise<Refusal | undefined>;
}

export const workloadTokens = (deps: {
  readonly keys: Pick<IssuerKeys, 'find'>;
  readonly clock: Clock;
  /** Our own issuer. */
  readonly issuer: string;
  readonly clockToleranceSeconds: number;
}): WorkloadTokens => {
  const { keys, clock, clockToleranceSeconds: tolerance } = deps;
  const verified = verifiedTokens();

  const wrongTime = (claims: Claims, { maxTokenAgeSeconds }: TrustedIssuer): string | undefined => {
    const now = clock.now();
    const wrong = wrongTimes(claims, now, tolerance);
    if (wrong !== undefined) return wrong;
    const { iat } = claims as { readonly iat?: unknown };
    const isOld = !isTime(iat) || now - iat > maxTokenAgeSeconds + tolerance;
    return isOld ? 'the token is older than max_token_age_seconds allows' : undefined;
  };

  return {
    async refusalOf(read, issuer): Promise<Refusal | undefined> {
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
      let named: { readonly key: PublicJwk } | Refusal;
      try {
        named = namedKey(read, await keys.find(issuer, read.header.kid), 'the issuer');
      } catch (error) {
        if (!isDomainError(error) || error.code === 'unavailable') throw error;
        return { check: 'key', why: `the keys of the issuer cannot be had: ${whyNoKeys(error).slice(0, 150)}` };
      }
      if (isRefusal(named)) return named;
      const isGood = await verified.isSignedBy(read, named.key);
      return isGood ? undefined : { check: 'signature', why: 'the signature is not of this key' };
    },
  };
};
