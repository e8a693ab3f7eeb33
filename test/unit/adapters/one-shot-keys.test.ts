/** Digests and imported keys on the event loop are those of WebCrypto, and what it refuses is refused each time. */
import { generateKeyPairSync, randomBytes, sign, type webcrypto } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { calculateJwkThumbprint } from 'jose';
import { useOneShotKeys } from '../../../adapters/node/one-shot-keys.ts';

const { subtle } = globalThis.crypto;
const before = { digest: subtle.digest.bind(subtle), importKey: subtle.importKey.bind(subtle) };
useOneShotKeys();

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' };
const jwkOf = (type: 'ec' | 'ed25519') => {
  const { publicKey, privateKey } =
    type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  return { jwk: publicKey.export({ format: 'jwk' }), privateKey };
};

test.each([0, 1, 63, 64, 1_000, 16_384, 16_385, 100_000])(
  'a digest of %d bytes is that of WebCrypto',
  async (length) => {
    const bytes = randomBytes(length);
    const view = Uint8Array.from([0, ...bytes, 0]).subarray(1, 1 + length);
    for (const algorithm of ['SHA-256', { name: 'SHA-256' }, 'sha-256', 'SHA-384']) {
      const made = await subtle.digest(algorithm, view);
      expect(made).toBeInstanceOf(ArrayBuffer);
      expect(Buffer.from(made)).toEqual(Buffer.from(await before.digest(algorithm, bytes)));
      expect(Buffer.from(await subtle.digest(algorithm, Uint8Array.from(bytes).buffer))).toEqual(Buffer.from(made));
    }
  },
);

test('what WebCrypto does not digest is refused', async () => {
  for (const [algorithm, data] of [
    ['SHA-257', Buffer.from('a')],
    ['SHA-256', 'a'],
    ['SHA-256', undefined],
    ['SHA-256', new Uint8Array(new SharedArrayBuffer(4))],
  ]) {
    const [ours, theirs] = await Promise.all(
      [subtle.digest, before.digest].map((digest) =>
        digest(algorithm as never, data as never).then(
          () => 'digested',
          (error: Error) => error.name,
        ),
      ),
    );
    expect(ours).toBe(theirs);
    expect(ours).not.toBe('digested');
  }
});

test('a thumbprint is that of RFC 7638', async () => {
  const { jwk } = jwkOf('ec');
  const text = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
  const expected = Buffer.from(await before.digest('SHA-256', Buffer.from(text))).toString('base64url');
  expect(await calculateJwkThumbprint(jwk as never)).toBe(expected);
});

test('the same public key is imported once, and verifies what its private key signed', async () => {
  const [one, other] = [jwkOf('ec'), jwkOf('ec')];
  const keyOf = (jwk: object) => subtle.importKey('jwk', { ...jwk, ext: true } as never, ECDSA, true, ['verify']);
  const [first, again, second] = [await keyOf(one.jwk), await keyOf({ ...one.jwk, kid: 'a' }), await keyOf(other.jwk)];
  expect(again).toBe(first);
  expect(second).not.toBe(first);
  const data = Buffer.from('a');
  const signature = sign('sha256', data, { key: one.privateKey, dsaEncoding: 'ieee-p1363' });
  const verifies = (key: webcrypto.CryptoKey) =>
    subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, data);
  expect([await verifies(first), await verifies(second)]).toEqual([true, false]);
});

test('a key with another use, name or extractability is another key', async () => {
  const { jwk } = jwkOf('ed25519');
  const ed = { name: 'Ed25519' };
  const given: readonly (readonly [object, unknown, boolean, readonly string[]])[] = [
    [jwk, ed, true, ['verify']],
    [jwk, ed, false, ['verify']],
    [jwk, ed, true, []],
    [{ ...jwk, ext: true }, ed, true, ['verify']],
  ];
  const imported = (one: (typeof given)[number]) =>
    subtle.importKey('jwk', one[0] as never, one[1] as never, one[2], one[3] as never);
  const first = await Promise.all(given.map(imported));
  expect(new Set(first).size).toBe(given.length);
  expect(first.map(({ extractable, usages }) => [extractable, usages])).toEqual(
    given.map((one) => [one[2], [...one[3]]]),
  );
  expect(await Promise.all(given.map(imported))).toEqual(first);
});

test('a private key is never kept, and what WebCrypto refuses to import is refused each time', async () => {
  const { jwk, privateKey } = jwkOf('ec');
  const secret = privateKey.export({ format: 'jwk' });
  const [one, other] = [0, 1].map(() => subtle.importKey('jwk', secret as never, ECDSA, true, ['sign']));
  expect(await one).not.toBe(await other);
  const wrong: readonly (readonly [object, object, readonly string[]])[] = [
    [{ ...jwk, y: jwk.x }, ECDSA, ['verify']],
    [{ ...jwk, crv: 'P-384' }, ECDSA, ['verify']],
    [{ ...jwk, ext: false }, ECDSA, ['verify']],
    [jwk, { name: 'ECDSA', namedCurve: 'P-384' }, ['verify']],
    [jwk, ECDSA, ['sign']],
    [{ ...jwk, kty: 'OKP' }, ECDSA, ['verify']],
  ];
  for (let round = 0; round < 2; round += 1)
    for (const [key, algorithm, usages] of wrong)
      await expect(subtle.importKey('jwk', key as never, algorithm as never, true, usages as never)).rejects.toThrow();
});
