/**
 * Signs and verifies the cookies of oidc-provider, as keygrip does: HMAC with SHA-1, base64url. keygrip compares two signatures by two more
 * HMACs with a random key each time, which costs ten times the signature.
 */
import { timingSafeEqual } from 'node:crypto';
import { hmacWith } from '../../domain/platform/crypto/one-shot-hmac.ts';

/** The interface of keygrip. */
export interface CookieSignatures {
  sign(data: string): string;
  /** Which key made the signature; -1: none. */
  index(data: string, signature: string): number;
  verify(data: string, signature: string): boolean;
}

/** The first of the keys signs. Each has at most 64 bytes. Throws TypeError without a key. */
export const cookieSignatures = (keys: readonly Buffer[]): CookieSignatures => {
  const signatures = keys.map((key) => hmacWith('sha1', key));
  const [first] = signatures;
  if (!first) throw new TypeError('cookies need a key');
  const index = (data: string, signature: string): number => {
    const given = Buffer.from(signature);
    return signatures.findIndex((signed) => {
      const expected = Buffer.from(signed(data));
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
  };
  return { sign: first, index, verify: (data, signature) => index(data, signature) !== -1 };
};
