/** What this server signs outside of oidc-provider, with its current ES256 key. */
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose';
import { ownSignatures } from '../../../src/provider/tokens/own-signatures.ts';

const jwkOf = async (alg: string, kid?: string) => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, ...(kid === undefined ? {} : { kid }) };
};

test('the first ES256 key signs tokens and bytes, also behind keys of other kinds (RFC 9053 §2.1)', async () => {
  const own = ownSignatures();
  const keys = [await jwkOf('RS256', 'rsa'), await jwkOf('ES256', 'first'), await jwkOf('ES256', 'second')];
  own.useKeys(keys);
  const token = await own.sign('at+jwt', { sub: 'acc_anna' });
  expect([decodeProtectedHeader(token), decodeJwt(token)]).toEqual([
    { alg: 'ES256', typ: 'at+jwt', kid: 'first' },
    { sub: 'acc_anna' },
  ]);
  const { kid, sign } = own.bytesSigner();
  const signature = sign(Buffer.from('bytes'));
  const key = createPublicKey({ key: { ...keys[1], d: undefined } as unknown as JsonWebKey, format: 'jwk' });
  expect([kid, signature.length]).toEqual(['first', 64]);
  expect(verify('sha256', Buffer.from('bytes'), { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
});

test('without an ES256 key that has a name, nothing is signed', async () => {
  const own = ownSignatures();
  for (const keys of [undefined, [], [await jwkOf('RS256', 'rsa')], [await jwkOf('ES256')]]) {
    if (keys) own.useKeys(keys);
    await expect(own.sign('at+jwt', {})).rejects.toThrow('there is no key to sign with');
    expect(() => own.bytesSigner()).toThrow('there is no key to sign with');
  }
});
