/** Signatures on the event loop are those of WebCrypto: others verify them, and what WebCrypto refuses is refused. */
import { generateKeyPairSync, type KeyObject, sign, verify, type webcrypto } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { compactVerify, jwtVerify, SignJWT } from 'jose';
import { processKey, useOneShotSignatures } from '../../../adapters/node/one-shot-signatures.ts';

const { subtle } = globalThis.crypto;
const DATA = Buffer.from('what is signed');

type Key = webcrypto.CryptoKey;

type Case = {
  readonly name: string;
  readonly algorithm: { readonly name: string; readonly hash?: string };
  readonly digest: string | null;
  readonly pair: () => Promise<{ readonly privateKey: Key; readonly publicKey: Key }>;
};

const paired = async (algorithm: object): Promise<{ privateKey: Key; publicKey: Key }> =>
  (await subtle.generateKey(algorithm as never, false, ['sign', 'verify'])) as never;

const CASES: readonly Case[] = [
  {
    name: 'ES256',
    algorithm: { name: 'ECDSA', hash: 'SHA-256' },
    digest: 'sha256',
    pair: () => paired({ name: 'ECDSA', namedCurve: 'P-256' }),
  },
  { name: 'Ed25519', algorithm: { name: 'Ed25519' }, digest: null, pair: () => paired({ name: 'Ed25519' }) },
  {
    name: 'ES384',
    algorithm: { name: 'ECDSA', hash: 'SHA-384' },
    digest: 'sha384',
    pair: () => paired({ name: 'ECDSA', namedCurve: 'P-384' }),
  },
];

/** Those of before, to compare with. */
const before = { sign: subtle.sign.bind(subtle), verify: subtle.verify.bind(subtle) };
useOneShotSignatures();

describe.each(CASES)('$name', ({ algorithm, pair, digest }) => {
  test('a signature is one that WebCrypto verifies, and the other way round', async () => {
    const { privateKey, publicKey } = await pair();
    const made = await subtle.sign(algorithm, privateKey, DATA);
    expect(made).toBeInstanceOf(ArrayBuffer);
    const theirs = await before.sign(algorithm, privateKey, DATA);
    for (const signature of [made, theirs, new Uint8Array(theirs), Buffer.from(made)]) {
      expect(await subtle.verify(algorithm, publicKey, signature, DATA)).toBe(true);
      expect(await before.verify(algorithm, publicKey, signature, DATA)).toBe(true);
    }
    const view = Uint8Array.from([0, 0, ...DATA, 0]).subarray(2, 2 + DATA.length);
    expect(await subtle.verify(algorithm, publicKey, theirs, view)).toBe(true);
    expect(digest === 'sha384' || made.byteLength === 64).toBe(true);
  });

  test.each([
    ['other data', (signature: Buffer) => signature, Buffer.from('what is not signed')],
    [
      'a changed signature',
      (signature: Buffer) => Buffer.from(signature.map((byte, at) => (at === 5 ? byte ^ 1 : byte))),
      DATA,
    ],
    ['a signature that is cut off', (signature: Buffer) => signature.subarray(0, -1), DATA],
    ['a longer signature', (signature: Buffer) => Buffer.concat([signature, Buffer.of(0)]), DATA],
    ['a signature of zeros', (signature: Buffer) => Buffer.alloc(signature.length), DATA],
    ['no signature', () => Buffer.alloc(0), DATA],
  ])('refuses %s', async (_what, changed, data) => {
    const { privateKey, publicKey } = await pair();
    const signature = changed(Buffer.from(await subtle.sign(algorithm, privateKey, DATA)));
    expect(await subtle.verify(algorithm, publicKey, signature, data)).toBe(false);
    expect(await before.verify(algorithm, publicKey, signature, data)).toBe(false);
  });

  test('refuses the key of another pair, and a key that may not be used so', async () => {
    const [one, other] = [await pair(), await pair()];
    const signature = await subtle.sign(algorithm, one.privateKey, DATA);
    expect(await subtle.verify(algorithm, other.publicKey, signature, DATA)).toBe(false);
    await expect(subtle.sign(algorithm, one.publicKey, DATA)).rejects.toMatchObject({ name: 'InvalidAccessError' });
    await expect(subtle.verify(algorithm, one.privateKey, signature, DATA)).rejects.toMatchObject({
      name: 'InvalidAccessError',
    });
    await expect(subtle.verify(algorithm, one.publicKey, 'text' as never, DATA)).rejects.toThrow(TypeError);
  });

  test('refuses the key for another algorithm', async () => {
    const { privateKey } = await pair();
    const wanted = algorithm.name === 'ECDSA' ? { name: 'Ed25519' } : { name: 'ECDSA', hash: 'SHA-256' };
    await expect(subtle.sign(wanted, privateKey, DATA)).rejects.toMatchObject({ name: 'InvalidAccessError' });
  });
});

test('numbers of any length are converted: 600 signatures, some of which begin with zeros', async () => {
  const { privateKey, publicKey } = await paired({ name: 'ECDSA', namedCurve: 'P-256' });
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  let short = 0;
  for (let at = 0; at < 600; at += 1) {
    const [own, theirs] = [
      new Uint8Array(await subtle.sign(algorithm, privateKey, Buffer.from([at & 255, at >> 8]))),
      new Uint8Array(await before.sign(algorithm, privateKey, Buffer.from([at & 255, at >> 8]))),
    ];
    if ([own[0], own[32], theirs[0], theirs[32]].includes(0)) short += 1;
    expect(await before.verify(algorithm, publicKey, own, Buffer.from([at & 255, at >> 8]))).toBe(true);
    expect(await subtle.verify(algorithm, publicKey, theirs, Buffer.from([at & 255, at >> 8]))).toBe(true);
  }
  expect(short).toBeGreaterThan(0);
});

test('another digest than that of ES256 is left to WebCrypto', async () => {
  const { privateKey, publicKey } = await paired({ name: 'ECDSA', namedCurve: 'P-256' });
  const algorithm = { name: 'ECDSA', hash: 'SHA-512' };
  const signature = await subtle.sign(algorithm, privateKey, DATA);
  expect(await before.verify(algorithm, publicKey, signature, DATA)).toBe(true);
  expect(await subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, publicKey, signature, DATA)).toBe(false);
});

const oneShot = (key: KeyObject) => ({ key, dsaEncoding: 'ieee-p1363' as const });

test('tokens of jose are those of before (RFC 7518 §3.4)', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const token = await new SignJWT({ sub: 'agt_1' }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
  const [header, payload, signature = ''] = token.split('.');
  const input = Buffer.from(`${header}.${payload}`);
  expect(verify('sha256', input, oneShot(publicKey), Buffer.from(signature, 'base64url'))).toBe(true);
  const theirs = sign('sha256', input, oneShot(privateKey)).toString('base64url');
  expect((await jwtVerify(`${header}.${payload}.${theirs}`, publicKey)).payload.sub).toBe('agt_1');
  const forged = `${header}.${Buffer.from('{"sub":"agt_2"}').toString('base64url')}.${theirs}`;
  await expect(jwtVerify(forged, publicKey)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
});

describe('a key of this process', () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${part({ alg: 'EdDSA' })}.${part({ sub: 'agt_a' })}`;
  const jwsOf = (signature: Buffer, text = input): string => `${text}.${signature.toString('base64url')}`;

  test('jose verifies what it signs, as a signature with EdDSA (RFC 8037 §3.1)', async () => {
    const own = processKey();
    const { payload } = await compactVerify(jwsOf(own.sign(input)), own.key);
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({ sub: 'agt_a' });
  });

  test('jose refuses other text, another key of this process, a changed, shorter or longer signature, and none', async () => {
    const own = processKey();
    const signature = own.sign(input);
    const other = `${part({ alg: 'EdDSA' })}.${part({ sub: 'agt_b' })}`;
    const forged = [
      jwsOf(signature, other),
      jwsOf(processKey().sign(input)),
      ...Array.from({ length: 64 }, (_, at) =>
        jwsOf(Buffer.from(signature.map((byte, i) => (i === at ? byte ^ 1 : byte)))),
      ),
      jwsOf(signature.subarray(1)),
      jwsOf(Buffer.concat([signature, Buffer.of(0)])),
      jwsOf(Buffer.alloc(64)),
      jwsOf(Buffer.alloc(0)),
    ];
    for (const jws of forged)
      await expect(compactVerify(jws, own.key)).rejects.toThrow('signature verification failed');
  });

  test('the key signs nothing through WebCrypto, and cannot be exported', async () => {
    const { key } = processKey();
    expect([key.type, key.usages, key.extractable]).toEqual(['public', ['verify'], false]);
    await expect(subtle.sign({ name: 'Ed25519' }, key, DATA)).rejects.toMatchObject({ name: 'InvalidAccessError' });
  });
});
