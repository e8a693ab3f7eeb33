/** Tokens that are signed outside of oidc-provider's requests, with the current key of a kind. */
import { beforeAll, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWK } from 'jose';
import { logoutTokens } from '../../../src/provider/tokens/logout-tokens.ts';
import { securityEventTokens } from '../../../src/provider/tokens/security-event-tokens.ts';

let rsa: JWK;
let ec: JWK;
beforeAll(async () => {
  const jwkOf = async (alg: string) => exportJWK((await generateKeyPair(alg, { extractable: true })).privateKey);
  [rsa, ec] = [await jwkOf('RS256'), await jwkOf('ES256')];
});

test('a security event is signed with the first RSA key, which is read again when the set has changed (RFC 8417)', async () => {
  let [version, kid, reads] = ['1', 'first', 0];
  const sign = securityEventTokens({
    version: async () => version,
    async privateJwks() {
      reads += 1;
      return [
        { ...ec, kid: 'ec' },
        { ...rsa, kid },
      ];
    },
  } as never);
  const kidNow = async () => decodeProtectedHeader(await sign({ iss: 'https://as.example' } as never)).kid;
  expect([await kidNow(), await kidNow(), reads]).toEqual(['first', 'first', 1]);
  kid = 'second';
  expect(await kidNow()).toBe('first');
  version = '2';
  expect([await kidNow(), reads]).toEqual(['second', 2]);
});

test.each([[[]], [[{ kty: 'RSA' }]]])('without a key that has a name, nothing is signed', async (keys) => {
  const privateJwks = async () => keys;
  await expect(securityEventTokens({ version: async () => '1', privateJwks } as never)({} as never)).rejects.toThrow(
    'there is no key that signs RS256',
  );
});

test('a logout token is signed as the ID tokens of its client, and names a session where there is one', async () => {
  const make = logoutTokens({
    keys: {
      privateJwks: async () => [
        { ...rsa, kid: 'rsa' },
        { ...ec, kid: 'ec' },
      ],
    },
    clock: { now: () => 1000 },
    identifiers: { newSecret: () => 'jti' },
    issuer: 'https://as.example',
  } as never);
  const event = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  for (const [idTokenSignedResponseAlg, kid] of [
    ['RS256', 'rsa'],
    ['ES256', 'ec'],
  ] as const) {
    const token = await make({
      client: { id: 'cli_a', idTokenSignedResponseAlg },
      account: 'acc_anna',
      sid: 's1',
    } as never);
    expect(decodeProtectedHeader(token)).toEqual({ alg: idTokenSignedResponseAlg, typ: 'logout+jwt', kid });
    const claims = { iss: 'https://as.example', aud: 'cli_a', sub: 'acc_anna', iat: 1000, exp: 1120, jti: 'jti' };
    expect(decodeJwt(token)).toEqual({ ...claims, sid: 's1', events: event });
  }
  const whole = await make({
    client: { id: 'cli_a', idTokenSignedResponseAlg: 'RS256' },
    account: 'acc_anna',
  } as never);
  expect(decodeJwt(whole)).not.toHaveProperty('sid');
  const other = { client: { id: 'cli_a', idTokenSignedResponseAlg: 'EdDSA' }, account: 'acc_anna' };
  await expect(make(other as never)).rejects.toThrow('there is no key that signs EdDSA');
});
