/**
 * Remembers tokens whose signature a key has verified: workloads send the same token until their platform renews it. Whether a key made
 * a signature depends on the bytes of both alone, so what is remembered cannot become wrong. Times, issuer, audience and whether the
 * key still counts are checked in each request.
 */
import { hash } from 'node:crypto';
import type { PublicJwk } from '../../vocabulary/json-web-keys.ts';
import { isSignedBy, type SignedToken } from './signed-token.ts';

/** Digests of 43 characters: less than a megabyte. */
const MOST_TOKENS = 5_000;

export interface VerifiedTokens {
  /** Whether this key signed the token. */
  isSignedBy(token: SignedToken, key: PublicJwk): Promise<boolean>;
}

/** `verify`: of a token that is not remembered. */
export const verifiedTokens = (verify = isSignedBy): VerifiedTokens => {
  const known = new Set<string>();
  return {
    async isSignedBy(read, key): Promise<boolean> {
      // With the length, no two pairs have one text.
      const name = hash('sha256', `${read.token.length} ${read.token} ${JSON.stringify(key)}`, 'base64url');
      if (known.has(name)) return true;
      if (!(await verify(read, key))) return false;
      known.add(name);
      for (const oldest of known) {
        if (known.size <= MOST_TOKENS) break;
        known.delete(oldest);
      }
      return true;
    },
  };
};
