/**
 * Signs and verifies the cookies of oidc-provider, as keygrip does: HMAC with SHA-1, base64url. keygrip compares two signatures by two more
 * HMACs with a random key each time, which costs ten times the signature.
 */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** The interface of keygrip. */
export interface CookieSignatures {
  sign(data: string): string;
  /** Which key made the signature; -1: none. */
  index(data: string, signature: string): number;
  verify(data: string, signature: string): boolean;
}

/** The first of the keys signs. Throws TypeError without a key. */
export const cookieSignatures = (keys: readonly KeyObject[]): CookieSignatures => {
  const [first] = keys;
  if (!first) throw new TypeError('cookies need a key');
  const signed = (key: KeyObject, data: string): string => createHmac('sha1', key).update(data).digest('base64url');
  const index = (data: string, signature: string): number => {
    const given = Buffer.from(signature);
    return keys.findIndex((key) => {
      const expected = Buffer.from(signed(key, data));
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
  };
  return { sign: (data) => signed(first, data), index, verify: (data, signature) => index(data, signature) !== -1 };
};
