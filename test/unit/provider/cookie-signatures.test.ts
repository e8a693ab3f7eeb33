/** Signatures of cookies are those of keygrip, so that browsers keep their sessions. */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cookieSignatures } from '../../../src/provider/interactions/cookie-signatures.ts';

type Keygrip = (keys: readonly unknown[]) => {
  sign(data: string): string;
  index(data: string, digest: string): number;
};
const keygrip = createRequire(createRequire(import.meta.url).resolve('oidc-provider'))('keygrip') as Keygrip;

const [first, second, other] = [randomBytes(32), randomBytes(32), randomBytes(32)];

test('a signature is the one of keygrip, and names the key that made it', () => {
  const [own, theirs] = [cookieSignatures([first, second]), keygrip([first, second])];
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (data) => {
      const signature = own.sign(data);
      expect(signature).toBe(theirs.sign(data));
      expect([own.index(data, signature), own.verify(data, signature)]).toEqual([0, true]);
      expect(own.index(data, keygrip([second]).sign(data))).toBe(1);
      expect(own.index(data, keygrip([other]).sign(data))).toBe(-1);
    }),
    { numRuns: 200 },
  );
});

test.each([
  ['', 'no signature'],
  ['a', 'one that is too short'],
  ['ä'.repeat(27), 'one of other characters'],
])('%p is refused: %s', (signature) => {
  const own = cookieSignatures([first, second]);
  expect([own.index('data', signature), own.verify('data', signature)]).toEqual([-1, false]);
  const made = own.sign('data');
  expect(own.verify('other data', made)).toBe(false);
  expect(own.verify('data', `${made}a`)).toBe(false);
  expect(
    own.verify(
      'data',
      made.replace(/^./, (one) => (one === 'A' ? 'B' : 'A')),
    ),
  ).toBe(false);
});
