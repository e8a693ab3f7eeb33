import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { checkPublicKeys } from '../../../src/domain/platform/remote-keys/public-keys.ts';
import { publicKey, refusalOf } from './registry-world.ts';

const rsa = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' });
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' });
const ed25519 = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const check = (...keys: unknown[]) => refusalOf(() => checkPublicKeys({ keys }));
const at = (pointer: string) => ({ code: 'invalid_field', field: pointer });

describe('public keys of agents and clients', () => {
  test.each([
    ['RSA 2048', rsa(2048)],
    ['P-256', ec('P-256')],
    ['P-384', ec('P-384')],
    ['P-521', ec('P-521')],
    ['Ed25519', ed25519()],
  ])('accepts %s and keeps public members only', (_, jwk) => {
    const kept = checkPublicKeys({ keys: [{ ...jwk, use: 'sig', kid: 'a', x5u: 'https://evil.example', extra: 1 }] });
    expect(kept).toEqual({ keys: [{ ...jwk, use: 'sig', kid: 'a' }] });
  });

  test('CA-13 decides on a point of P-256 as OpenSSL does', async () => {
    const changed = (text: string | undefined, at: number): string => {
      const bytes = Buffer.from(text ?? '', 'base64url');
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      return bytes.toString('base64url');
    };
    const imports = (jwk: object): boolean => {
      try {
        return createPublicKey({ key: { ...jwk }, format: 'jwk' }).type === 'public';
      } catch {
        return false;
      }
    };
    const accepts = async (jwk: object): Promise<boolean> => (await check(jwk)) === 'accepted';
    const zero = Buffer.alloc(32).toString('base64url');
    const field = 'ffffffff00000001000000000000000000000000ffffffffffffffffffffffff';
    for (let n = 0; n < 64; n += 1) {
      const { y: otherY } = ec('P-256');
      const good = ec('P-256');
      const minusY = (
        BigInt(`0x${field}`) - BigInt(`0x${Buffer.from(good.y ?? '', 'base64url').toString('hex')}`)
      ).toString(16);
      const cases = [
        good,
        { ...good, y: Buffer.from(minusY.padStart(64, '0'), 'hex').toString('base64url') },
        { ...good, x: changed(good.x, n % 32) },
        { ...good, y: changed(good.y, n % 32) },
        { ...good, y: otherY },
        { ...good, x: good.y, y: good.x },
        { ...good, x: zero },
        { ...good, x: zero, y: zero },
        { ...good, x: Buffer.from(field, 'hex').toString('base64url') },
        { ...good, y: good.x?.slice(1) },
        { ...good, y: undefined },
      ];
      expect(await Promise.all(cases.map(accepts))).toEqual(cases.map(imports));
      expect(await accepts(good)).toBe(true);
    }
  });

  test('CA-13 refuses weak keys and points that are not on their curve', async () => {
    const good = ec('P-256');
    const strong = rsa(2048);
    expect(await check(rsa(1024))).toEqual(at('/jwks/keys/0/n'));
    expect(await check({ ...strong, e: 'AQ' })).toEqual(at('/jwks/keys/0/e'));
    expect(await check({ ...strong, e: 'Aw' })).toEqual(at('/jwks/keys/0/e'));
    expect(await check({ ...strong, n: 'A'.repeat(20_000) })).toEqual(at('/jwks/keys/0/n'));
    expect(await check({ ...good, y: good.x })).toEqual(at('/jwks/keys/0'));
    expect(await check({ ...good, x: 'AAAA' })).toEqual(at('/jwks/keys/0'));
    expect(await check({ ...good, x: 7 })).toEqual(at('/jwks/keys/0'));
    expect(await check(ec('secp256k1'))).toEqual(at('/jwks/keys/0/crv'));
    expect(await check({ ...good, crv: 'Ed25519' })).toEqual(at('/jwks/keys/0/crv'));
    expect(await check({ kty: 'OKP', crv: 'X25519', x: ed25519().x })).toEqual(at('/jwks/keys/0/crv'));
  });

  test.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])(
    'refuses a key with the secret member %s',
    async (member) => {
      expect(await check({ ...publicKey(), [member]: 'AQAB' })).toEqual(at('/jwks/keys/0'));
    },
  );

  test('refuses symmetric keys, other uses and algorithms that do not fit the key', async () => {
    expect(await check({ kty: 'oct', k: 'c2VjcmV0' })).toEqual(at('/jwks/keys/0'));
    expect(await check({ kty: 'oct' })).toEqual(at('/jwks/keys/0'));
    expect(await check(publicKey({ use: 'enc' }))).toEqual(at('/jwks/keys/0/use'));
    expect(await check(publicKey({ key_ops: ['encrypt'] }))).toEqual(at('/jwks/keys/0/key_ops'));
    expect(await check(publicKey({ alg: 'HS256' }))).toEqual(at('/jwks/keys/0/alg'));
    expect(await check(publicKey({ alg: 'RS256' }))).toEqual(at('/jwks/keys/0/alg'));
    expect(await check(publicKey({ kty: 'AKP' }))).toEqual(at('/jwks/keys/0/kty'));
  });

  test('CA-14 accepts 1 to 10 keys, each with its own kid when there are several', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => publicKey({ kid: `k${index}` }));
    expect(await check(...many(10))).toBe('accepted');
    expect(await check(...many(11))).toEqual(at('/jwks/keys'));
    expect(await check()).toEqual(at('/jwks/keys'));
    expect(await check(publicKey(), publicKey())).toEqual(at('/jwks/keys/0'));
    expect(await check(publicKey({ kid: 'a' }), { ...ed25519(), kid: 'a' })).toEqual(at('/jwks/keys/1/kid'));
  });

  test.each([['../../etc'.repeat(15)], ['a b'], ['a\nb'], ['é'], [''], [5]])('refuses the kid %j', async (kid) => {
    expect(await check(publicKey({ kid }))).toEqual(at('/jwks/keys/0/kid'));
  });

  test.each([[undefined], [null], [[]], ['x'], [{}], [{ keys: {} }]])('refuses %j as a key set', async (value) => {
    expect(await refusalOf(() => checkPublicKeys(value))).toEqual(at('/jwks'));
  });
});
