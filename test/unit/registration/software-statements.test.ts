import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { softwareStatements } from '../../../src/domain/clients/registration/software-statements.ts';
import { fetchFailed } from '../../../src/domain/ports/trusted-fetch.ts';
import type { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import type { JsonWebKeySet } from '../../../src/domain/vocabulary/json-web-keys.ts';

const OURS = 'https://id.example.com';
const PINNED = 'https://pinned.example';
const FETCHED = 'https://fetched.example';
const NOW = 1_800_000_000;

const key = await generateKeyPair('ES256');
const jwks: JsonWebKeySet = { keys: [{ ...(await exportJWK(key.publicKey)), kty: 'EC', kid: 'one' }] };

const world = (find: () => Promise<JsonWebKeySet> = async () => jwks) => {
  const asked: unknown[] = [];
  const statements = softwareStatements({
    issuers: { [PINNED]: { jwks }, [FETCHED]: { jwksUri: `${FETCHED}/jwks` } },
    keysByUrl: {
      find: (question) => {
        asked.push(question);
        return find();
      },
    },
    clock: { now: () => NOW, nowMillis: () => NOW * 1000 },
    issuer: OURS,
  });
  return { ...statements, asked };
};

const signed = (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
  new SignJWT({ iss: PINNED, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'one', ...header })
    .sign(key.privateKey);
const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const refusalOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return await work;
  } catch (error) {
    const { code, field } = error as DomainError;
    return { code, field };
  }
};
const NOT_GOOD = { code: 'invalid_field', field: '/software_statement' };

describe('a software statement (RFC 7591 §2.3)', () => {
  test('says what is of the client, and neither what is of itself nor what is ours to give', async () => {
    const claims = {
      software_id: 'v',
      client_name: 'V',
      exp: NOW + 60,
      jti: 'a',
      client_id: 'app_x',
      client_secret: 's',
    };
    const text = await signed({ ...claims, aud: [OURS], software_statement: 'nested' });
    expect(await world().verify(text)).toEqual({
      issuer: PINNED,
      text,
      claims: { software_id: 'v', client_name: 'V' },
    });
    expect(world().read(text)).toEqual({ software_id: 'v', client_name: 'V' });
  });

  test('is checked with keys that are fetched, for the one who sent it', async () => {
    const { verify, asked } = world();
    expect(await verify(await signed({ iss: FETCHED }), '192.0.2.1')).toMatchObject({ issuer: FETCHED });
    expect(asked).toEqual([{ url: `${FETCHED}/jwks`, internal: 'trustedIssuers', kid: 'one', source: '192.0.2.1' }]);
  });

  test('DR-10 is refused while the keys cannot be fetched, and answered "unavailable" when our fetches exceed their budget', async () => {
    const text = await signed({ iss: FETCHED });
    const failing = (reason: 'timed_out' | 'over_budget') =>
      world(async () => Promise.reject(fetchFailed(reason, 'x')));
    expect(await refusalOf(failing('timed_out').verify(text))).toEqual(NOT_GOOD);
    expect(await refusalOf(failing('over_budget').verify(text))).toMatchObject({ code: 'unavailable' });
  });

  test.each([
    ['is no text', 7],
    ['is no JWT', 'a.b'],
    ['is too long', `a.${'b'.repeat(9000)}.c`],
    ['holds no object', `${part({ alg: 'ES256' })}.${part([])}.x`],
    ['names a claim twice', `${part({ alg: 'ES256' })}.${part(`{"iss":"${PINNED}","iss":"${PINNED}"}`)}.x`],
    ['names no issuer', `${part({ alg: 'ES256' })}.${part({})}.x`],
    ['is not signed', `${part({ alg: 'none' })}.${part({ iss: PINNED })}.`],
  ])('DR-10 is refused when it %s', async (_, text) => {
    expect(await refusalOf(world().verify(text))).toEqual(NOT_GOOD);
  });

  test('DR-10 is refused when a public key is taken for a secret', async () => {
    const input = `${part({ alg: 'HS256', kid: 'one' })}.${part({ iss: PINNED })}`;
    const mac = createHmac('sha256', JSON.stringify(jwks.keys[0])).update(input).digest('base64url');
    expect(await refusalOf(world().verify(`${input}.${mac}`))).toEqual(NOT_GOOD);
  });

  test('DR-10 is refused when what was signed is not what it says', async () => {
    const [header, , signature] = (await signed({})).split('.');
    expect(
      await refusalOf(world().verify(`${header}.${part({ iss: PINNED, agent_blueprint: 'bpt_x' })}.${signature}`)),
    ).toEqual(NOT_GOOD);
  });

  test.each([{ exp: NOW }, { nbf: NOW + 60 }, { iat: NOW + 60 }, { exp: 'soon' }, { aud: 'https://other.example' }])(
    'DR-10 is refused with %j',
    async (claims) => {
      expect(await refusalOf(world().verify(await signed(claims as Record<string, unknown>)))).toEqual(NOT_GOOD);
    },
  );

  test.each(['https://other.example', '__proto__', 'constructor'])('DR-10 of %s is not approved', async (iss) => {
    expect(await refusalOf(world().verify(await signed({ iss })))).toEqual({
      code: 'access_denied',
      field: '/software_statement',
    });
  });
});
