/** HMAC (RFC 2104) in two calls is the one of node:crypto. */
import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { hmacWith } from '../../../src/domain/platform/crypto/one-shot-hmac.ts';

describe.each(['sha1', 'sha256'] as const)('HMAC with %s', (algorithm) => {
  test.each([0, 1, 32, 64])('is the same for a key of %d bytes and texts of any length, in any order', (length) => {
    const key = randomBytes(length);
    const digest = hmacWith(algorithm, key);
    for (const count of [3, 0, 1025, 55, 64, 341, 342, 1, 100_000, 2]) {
      for (const one of ['a', '\u20ac', '\ud800']) {
        const text = one.repeat(count);
        expect(digest(text)).toBe(createHmac(algorithm, key).update(text).digest('base64url'));
      }
    }
  });

  test('refuses a key that HMAC would digest first', () => {
    expect(() => hmacWith(algorithm, randomBytes(65))).toThrow(TypeError);
  });
});
