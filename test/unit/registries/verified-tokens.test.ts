/** What is remembered of verified tokens is about one token and one key. */
import { expect, test } from '@jest/globals';
import {
  isRefusal,
  isSignedBy,
  readSigned,
  type SignedToken,
} from '../../../src/domain/platform/remote-keys/signed-token.ts';
import { verifiedTokens } from '../../../src/domain/platform/remote-keys/verified-tokens.ts';
import type { PublicJwk } from '../../../src/domain/vocabulary/json-web-keys.ts';
import { newPlatformKey, signToken } from '../../support/workload-platforms.ts';

const read = (token: string): SignedToken => {
  const found = readSigned(token, new Set([undefined, 'jwt', 'JWT']));
  if (isRefusal(found)) throw new Error(found.why);
  return found;
};

/** With the tokens that reached the verification. */
const counted = () => {
  const verified: string[] = [];
  const tokens = verifiedTokens((one, key) => {
    verified.push(one.token);
    return isSignedBy(one, key);
  });
  return { tokens, verified };
};

test('the same token with the same key is verified once; another key under its kid verifies it anew, and refuses it', async () => {
  const [key, other] = [await newPlatformKey('one'), await newPlatformKey('one')];
  const token = read(await signToken({ sub: 'a' }, key));
  const { tokens, verified } = counted();
  for (let time = 0; time < 3; time += 1) {
    expect(await tokens.isSignedBy(token, key.publicJwk as PublicJwk)).toBe(true);
    expect(await tokens.isSignedBy(token, other.publicJwk as PublicJwk)).toBe(false);
  }
  expect(verified).toHaveLength(1 + 3);
});

test('a token that differs in a byte of claims or signature from a verified one is refused', async () => {
  const key = await newPlatformKey('one');
  const text = await signToken({ sub: 'a' }, key);
  const { tokens } = counted();
  expect(await tokens.isSignedBy(read(text), key.publicJwk as PublicJwk)).toBe(true);
  const [head = '', , signature = ''] = text.split('.');
  const claims = Buffer.from(JSON.stringify({ sub: 'b' })).toString('base64url');
  const flipped = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
  for (const forged of [`${head}.${claims}.${signature}`, `${text.slice(0, -signature.length)}${flipped}`]) {
    expect(await tokens.isSignedBy(read(forged), key.publicJwk as PublicJwk)).toBe(false);
  }
});

test('at most 5,000 are remembered, the oldest is forgotten first, and a refused token is not remembered', async () => {
  const verified: string[] = [];
  const tokens = verifiedTokens(async ({ token }) => {
    verified.push(token);
    return !token.startsWith('bad');
  });
  const key = { kty: 'EC' } as unknown as PublicJwk;
  const one = (token: string) => tokens.isSignedBy({ token } as SignedToken, key);
  for (let index = 0; index <= 5_000; index += 1) await one(`t${index}`);
  await one('t1');
  expect(verified).toHaveLength(5_001);
  await one('t0');
  expect(verified).toHaveLength(5_002);
  expect([await one('bad'), await one('bad')]).toEqual([false, false]);
  expect(verified).toHaveLength(5_004);
});
