/** DPoP proofs at our own resources (RFC 9449 §4.3, §7). */
import { hash } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { presentedProofs } from '../../../src/provider/client-authentication/presented-proofs.ts';
import { NOW } from './provider-models.ts';

const TOKEN = 'access token';
let pair: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  pair = await generateKeyPair('ES256', { extractable: true });
});

const proofOf = async (claims: object = {}, typ = 'dpop+jwt') => {
  const whole = {
    htm: 'GET',
    htu: 'https://as.example/api/v1/agents',
    ath: hash('sha256', TOKEN, 'base64url'),
    iat: NOW,
    jti: 'jti',
    ...claims,
  };
  return new SignJWT(whole)
    .setProtectedHeader({ alg: 'ES256', typ, jwk: await exportJWK(pair.publicKey) })
    .sign(pair.privateKey);
};

const scene = (coldSince?: number) => {
  const clock = { now: () => NOW, nowMillis: () => NOW * 1000 };
  const ephemeral = {
    ...memoryEphemeralStore(clock),
    ...(coldSince === undefined ? {} : { coldSince: () => coldSince }),
  };
  const check = presentedProofs({
    issuer: 'https://as.example',
    clock,
    ephemeral,
    masterKey: masterKey(Buffer.alloc(32, 1), Buffer.alloc(32, 2)),
  });
  return (proof: string | undefined, path = '/api/v1/agents?limit=5') =>
    check({ proof, method: 'GET', path, accessToken: TOKEN }).catch(
      ({ reason }: { readonly reason: string }) => reason,
    );
};

test('a proof of this request and token is valid once, with any query', async () => {
  const check = scene();
  const thumbprint = await calculateJwkThumbprint(await exportJWK(pair.publicKey));
  expect(await check(await proofOf())).toBe(thumbprint);
  expect(await check(await proofOf())).toBe('proof_used');
  expect(await check(await proofOf({ jti: 'other', htu: 'https://as.example/api/v1/agents?a=b' }))).toBe(thumbprint);
  for (const iat of [NOW - 60, NOW + 60])
    expect(await check(await proofOf({ jti: `at ${iat}`, iat }))).toBe(thumbprint);
  expect(await check(await proofOf({ jti: 'x'.repeat(256) }))).toBe(thumbprint);
});

test.each<[string, object]>([
  ['proof_of_other_method', { htm: 'POST' }],
  ['proof_of_other_method', { htm: undefined }],
  ['proof_of_other_url', { htu: 'https://as.example/api/v1/clients' }],
  ['proof_of_other_url', { htu: 'https://other.example/api/v1/agents' }],
  ['proof_of_other_url', { htu: 7 }],
  ['proof_of_other_url', { htu: 'no URL' }],
  ['proof_of_other_token', { ath: 'x' }],
  ['proof_time_wrong', { iat: NOW - 61 }],
  ['proof_time_wrong', { iat: NOW + 61 }],
  ['proof_time_wrong', { iat: undefined }],
  ['proof_without_jti', { jti: undefined }],
  ['proof_without_jti', { jti: 'x'.repeat(257) }],
])('%s for %j', async (reason, claims) => {
  expect(await scene()(await proofOf(claims))).toBe(reason);
});

test('without a proof, with a long one or another token, there is none', async () => {
  const check = scene();
  expect([await check(undefined), await check('x'.repeat(8193))]).toEqual(['proof_needed', 'proof_needed']);
  expect([await check('x'.repeat(8192)), await check(await proofOf({}, 'jwt'))]).toEqual([
    'proof_not_valid',
    'proof_not_valid',
  ]);
});

test('a proof that the store may have forgotten is refused (decision D13)', async () => {
  expect(await scene(NOW * 1000)(await proofOf({ iat: NOW - 30 }))).toBe('proof_too_early');
});
