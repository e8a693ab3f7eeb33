/** Tokens in our own name at token endpoints of others (RFC 6749 §4.4): what is sent, and what a hostile endpoint answers. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { clientTokens } from '../../../adapters/openid-client/client-tokens.ts';
import type { TokenParty } from '../../../src/domain/ports/client-tokens.ts';
import {
  type Answered,
  type CallRequest,
  type FetchReason,
  fetchFailed,
} from '../../../src/domain/ports/trusted-fetch.ts';
import { newKeyPair } from '../../support/agent-keys.ts';

const ENDPOINT = 'https://login.example/token';
const BASIC: TokenParty = {
  ...{ tokenEndpoint: ENDPOINT, clientId: 'behalf here' },
  authentication: { method: 'client_secret_basic', secret: 'se:cret' },
};
const SIGNED: TokenParty = {
  ...{
    tokenEndpoint: ENDPOINT,
    clientId: 'behalf-here',
    scope: 'ssf.manage',
    resource: 'https://there.example/ssf/v1',
  },
  authentication: { method: 'private_key_jwt', audience: 'https://login.example' },
};
const GOOD = { access_token: 't0k3n', token_type: 'Bearer', expires_in: 300 };

let pair: Awaited<ReturnType<typeof newKeyPair>>;
beforeAll(async () => {
  pair = await newKeyPair('RS256');
});

const request = async (party: TokenParty, answer: unknown, status = 200) => {
  const calls: CallRequest[] = [];
  const tokens = clientTokens({
    internal: 'upstreamProviders',
    signingKey: async () => ({ ...pair.privateJwk }),
    async call(asked) {
      calls.push(asked);
      if (answer instanceof Error) throw answer;
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
      return { status, body: new TextEncoder().encode(text) };
    },
  });
  return { answer: await tokens.request(party, new AbortController().signal), calls };
};

describe('a request for a token', () => {
  test('has the secret in the header, form-encoded (RFC 6749 §2.3.1), and goes through the guard', async () => {
    const { answer, calls } = await request(BASIC, GOOD);
    expect(answer).toEqual({ token: 't0k3n', expiresInSeconds: 300 });
    expect(calls).toMatchObject([
      {
        method: 'POST',
        url: ENDPOINT,
        purpose: 'client_token',
        internal: 'upstreamProviders',
        body: 'grant_type=client_credentials',
      },
    ]);
    const basic = Buffer.from(String(calls[0]?.authorization).replace('Basic ', ''), 'base64').toString();
    expect(basic).toBe('behalf+here:se%3Acret');
  });

  test('has an assertion of one minute for the audience alone, with scope and resource (RFC 7523 §2.2, RFC 8707)', async () => {
    const { calls } = await request(SIGNED, GOOD);
    const form = new URLSearchParams(String(calls[0]?.body));
    expect(Object.fromEntries(form)).toMatchObject({
      ...{ grant_type: 'client_credentials', scope: 'ssf.manage', resource: SIGNED.resource },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    expect(calls[0]).not.toHaveProperty('authorization');
    const keys = createLocalJWKSet({ keys: [pair.publicJwk] });
    const { payload, protectedHeader } = await jwtVerify(String(form.get('client_assertion')), keys);
    expect(payload).toMatchObject({
      iss: 'behalf-here',
      sub: 'behalf-here',
      aud: 'https://login.example',
      jti: expect.any(String),
    });
    expect([Number(payload.exp) - Number(payload.iat), protectedHeader.alg]).toEqual([60, 'RS256']);
  });
});

test.each<[string, unknown, number, object]>([
  ['no JSON', '<html>', 200, { why: 'answer_not_valid' }],
  ['an array', [], 200, { why: 'answer_not_valid' }],
  ['no token', { token_type: 'Bearer' }, 200, { why: 'answer_not_valid' }],
  ['no type', { access_token: 'x' }, 200, { why: 'answer_not_valid' }],
  ['a token that is bound to a key', { ...GOOD, token_type: 'DPoP' }, 200, { why: 'answer_not_valid' }],
  ['a token of another type', { ...GOOD, token_type: 'mac' }, 200, { why: 'answer_not_valid' }],
  ['a token with a line end', { ...GOOD, access_token: 'a\r\nx-admin: 1' }, 200, { why: 'answer_not_valid' }],
  ['a token of 10,000 characters', { ...GOOD, access_token: 'x'.repeat(10_000) }, 200, { why: 'answer_not_valid' }],
  ['a token that is a number', { ...GOOD, access_token: 7 }, 200, { why: 'answer_not_valid' }],
  ['a negative life', { ...GOOD, expires_in: -5 }, 200, { why: 'answer_not_valid' }],
  ['an error with status 200', { error: 'invalid_client' }, 200, { why: 'answer_not_valid' }],
  [
    'invalid_client',
    { error: 'invalid_client' },
    401,
    { why: 'client_refused', detail: 'invalid_client', status: 401 },
  ],
  [
    'unauthorized_client',
    { error: 'unauthorized_client' },
    400,
    { why: 'client_refused', detail: 'unauthorized_client', status: 400 },
  ],
  ['invalid_scope', { error: 'invalid_scope' }, 400, { why: 'request_refused', detail: 'invalid_scope', status: 400 }],
  [
    'invalid_target',
    { error: 'invalid_target' },
    400,
    { why: 'request_refused', detail: 'invalid_target', status: 400 },
  ],
  ['an error of its own', { error: '<script>' }, 400, { why: 'request_refused', status: 400 }],
  ['401 without an error', {}, 401, { why: 'client_refused', status: 401 }],
])('an endpoint that answers %s gives no token', async (_, answer, status, expected) => {
  expect((await request(BASIC, answer, status)).answer).toEqual(expected);
});

test.each<[FetchReason, Answered | undefined, object]>([
  ['redirected', undefined, { why: 'endpoint_failed', detail: 'redirected' }],
  ['address_not_allowed', undefined, { why: 'endpoint_failed', detail: 'address_not_allowed' }],
  ['timed_out', undefined, { why: 'endpoint_failed', detail: 'timed_out' }],
  [
    'status_not_ok',
    { status: 429, retryAfter: '60' },
    { why: 'endpoint_failed', detail: 'status_not_ok', status: 429, retryAfter: '60' },
  ],
])('a request that fails with %s gives no token', async (reason, answered, expected) => {
  expect((await request(BASIC, fetchFailed(reason, 'in a test', answered))).answer).toEqual(expected);
});

test('an error of ours is thrown', async () => {
  await expect(request(BASIC, new TypeError('ours'))).rejects.toThrow('ours');
});
