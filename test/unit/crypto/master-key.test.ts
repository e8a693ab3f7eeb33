/** The digests under which handles are stored: HMAC-SHA-256 (RFC 2104), of every text. */
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';

const hmacOf = (secret: Buffer, parts: readonly string[]): string => {
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'behalf/digest', 32));
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
  return hmac.digest('base64url');
};

test('a digest is the HMAC of its values with their lengths, for any characters and lengths', () => {
  const secret = randomBytes(32);
  const key = masterKey(secret);
  const text = fc.string({ unit: 'binary', maxLength: 700 });
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 4 }), (kind, values) => {
      expect(key.digest(kind, ...values)).toBe(hmacOf(secret, [kind, ...values]));
    }),
    { numRuns: 500 },
  );
  for (const length of [0, 1, 55, 56, 63, 64, 65, 335, 336, 337, 1023, 1024, 1025, 100_000]) {
    for (const one of ['a', 'ß', '€', '\u{1F600}']) {
      expect(key.digest('kind', one.repeat(length))).toBe(hmacOf(secret, ['kind', one.repeat(length)]));
    }
  }
});

test('no digest depends on those before, and each key has its own', () => {
  const [one, other] = [randomBytes(32), randomBytes(32)];
  const keys = masterKey(one, other);
  const long = 'x'.repeat(300);
  expect([keys.digest('a', long), keys.digest('a', 'b'), keys.digest('a')]).toEqual([
    hmacOf(one, ['a', long]),
    hmacOf(one, ['a', 'b']),
    hmacOf(one, ['a']),
  ]);
  expect(keys.digests('a', 'b')).toEqual([hmacOf(one, ['a', 'b']), hmacOf(other, ['a', 'b'])]);
  expect(keys.digest('a', 'bc')).not.toBe(keys.digest('ab', 'c'));
});
