/** How often a resource server may ask, and what is told of those who cannot prove who they are. */
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { requestLimit } from '../../../src/domain/platform/rate-limits/request-limits.ts';
import type { ResourceServer } from '../../../src/domain/resources/resource-servers/resource-server.ts';
import { resourceServerProofs } from '../../../src/provider/client-authentication/resource-server-proofs.ts';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';
import { basic } from '../../support/authzen-client.ts';

const clock = { now: () => 1_800_000_000, nowMillis: () => 1_800_000_000_000 };

const registered = (id: string, more: Partial<ResourceServer> = {}): ResourceServer => ({
  id,
  identifier: `https://${id}.example`,
  name: id,
  scopes: [],
  accessTokenFormat: 'jwt',
  accessTokenSigningAlg: 'ES256',
  accessTokenTtlSeconds: 600,
  introspectionAuthMethod: 'client_secret_basic',
  secretHash: 'digest of right',
  state: 'active',
  createdAt: 0,
  updatedAt: 0,
  ...more,
});

type Shown = { readonly certificate?: object; readonly fault?: string; readonly isUsed?: boolean };
const proofs = (perMinute: number, more: Partial<ResourceServer> = {}, { certificate, fault, isUsed }: Shown = {}) => {
  const claimed: unknown[] = [];
  const noted: string[] = [];
  const looked: string[] = [];
  const authenticate = resourceServerProofs({
    resourceServers: {
      async get(id) {
        looked.push(id);
        return id === 'rs_unknown' ? undefined : { document: registered(id, more) };
      },
    },
    masterKey: { digests: (_purpose: string, secret: string) => [`digest of ${secret}`] },
    assertions: {
      faultOf: () => fault,
      async claimOnce(...given: readonly unknown[]) {
        claimed.push(given);
        return isUsed !== true;
      },
    },
    limit: requestLimit(perMinute, clock),
    refusals: { note: (source, reason) => void noted.push(`${source}: ${reason}`) },
    clock,
    clockToleranceSeconds: 0,
  });
  const send = async (authorization?: string): Promise<string> => {
    try {
      const request = { headers: { authorization } } as unknown as IncomingMessage;
      const shown = certificate && (() => certificate as never);
      beginRequest(request, { id: 'req_1', source: '192.0.2.1', certificate: shown, arrivedAt: 0 });
      return (await authenticate(request)).id;
    } catch (error) {
      return String((error as { readonly code?: unknown }).code);
    }
  };
  return { send, noted, looked, claimed };
};

test('one that has used up its minute is refused before anything is looked up, and no other is', async () => {
  const { send, looked } = proofs(2);
  const results = [];
  for (let asked = 0; asked < 4; asked += 1) results.push(await send(basic('rs_one', 'right')));
  expect(results).toEqual(['rs_one', 'rs_one', 'too_many_requests', 'too_many_requests']);
  expect(looked).toHaveLength(2);
  expect(await send(basic('rs_two', 'right'))).toBe('rs_two');
});

test('who only names a resource server does not use up its minute', async () => {
  const { send } = proofs(2);
  for (let asked = 0; asked < 10; asked += 1) expect(await send(basic('rs_one', 'wrong'))).toBe('unauthenticated');
  expect(await send(basic('rs_one', 'right'))).toBe('rs_one');
});

test('the answer is the same for all that fails; the audit log knows more of those that are registered', async () => {
  const { send, noted, looked } = proofs(0);
  const header = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const assertion = `${header({ alg: 'none' })}.${header({ sub: 'rs_one' })}.x`;
  for (const authorization of [
    undefined,
    '',
    'Basic',
    'Basic !!!',
    basic('rs_unknown', 'right'),
    basic('rs_one', 'wrong'),
    basic('rs_one', ''),
    basic('app_one', 'right'),
    basic('rs_../x', 'right'),
    `Bearer ${assertion}`,
    `Bearer ${'x'.repeat(9_000)}`,
    'Bearer a.b.c',
  ]) {
    expect([authorization, await send(authorization)]).toEqual([authorization, 'unauthenticated']);
  }
  expect(looked).toEqual(['rs_unknown', 'rs_one', 'rs_one', 'rs_one']);
  expect(noted).toEqual([
    'rs_one: decisions: the secret is another one',
    'rs_one: decisions: the secret is another one',
    'rs_one: decisions: it is not registered for private_key_jwt',
  ]);
});

test.each(['tls_client_auth', 'self_signed_tls_client_auth'] as const)(
  'RFC 8705 §2 one that is registered for %s and sends no certificate is refused, with or without a secret',
  async (introspectionAuthMethod) => {
    const { send, noted } = proofs(0, { introspectionAuthMethod });
    expect([await send(basic('rs_one', '')), await send(basic('rs_one', 'right'))]).toEqual([
      'unauthenticated',
      'unauthenticated',
    ]);
    expect(noted).toEqual([
      'rs_one: decisions: certificate: there is none',
      'rs_one: decisions: it is registered for a certificate',
    ]);
  },
);

test('RFC 8705 §2 the registered certificate proves a resource server, and no other one does', async () => {
  const x509 = { validFrom: 'Jan  1 00:00:00 2020 GMT', validTo: 'Jan  1 00:00:00 2100 GMT' };
  const more = {
    introspectionAuthMethod: 'self_signed_tls_client_auth',
    certificate: { thumbprints: ['own'] },
  } as const;
  const right = proofs(0, more, { certificate: { x509, thumbprint: 'own', isVouched: false } });
  expect([await right.send(basic('rs_one', '')), right.noted]).toEqual(['rs_one', []]);
  const other = proofs(0, more, { certificate: { x509, thumbprint: 'other', isVouched: true } });
  expect(await other.send(basic('rs_one', ''))).toBe('unauthenticated');
  expect(other.noted).toEqual(['rs_one: decisions: certificate: it is none of those registered']);
  const { certificate: _, ...without } = more;
  const none = proofs(0, without, { certificate: { x509, thumbprint: 'own', isVouched: true } });
  expect([await none.send(basic('rs_one', '')), none.noted]).toEqual([
    'unauthenticated',
    ['rs_one: decisions: certificate: there is none'],
  ]);
});

test('one without a secret, or that is disabled, is refused', async () => {
  const none = proofs(0, { introspectionAuthMethod: 'none' });
  expect([await none.send(basic('rs_one', 'right')), none.noted]).toEqual([
    'unauthenticated',
    ['rs_one: decisions: it is not registered for a secret'],
  ]);
  const disabled = proofs(0, { state: 'disabled' });
  expect([await disabled.send(basic('rs_one', 'right')), disabled.noted]).toEqual([
    'unauthenticated',
    ['rs_one: decisions: it is disabled'],
  ]);
});

describe('an assertion (RFC 7523)', () => {
  const assertion = async (issuer = 'rs_one', pair = keys): Promise<string> =>
    new SignJWT({ jti: 'jti_1' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(issuer)
      .setSubject('rs_one')
      .setAudience('https://id.example')
      .setIssuedAt(clock.now())
      .setExpirationTime(clock.now() + 60)
      .sign((await pair).privateKey);
  const keys = generateKeyPair('ES256');
  const registeredByKey = async (shown: Shown = {}) => {
    const jwks = { keys: [{ ...(await exportJWK((await keys).publicKey)), kid: 'k1', alg: 'ES256' }] };
    return proofs(0, { introspectionAuthMethod: 'private_key_jwt', jwks } as never, shown);
  };

  test('proves a resource server once, by its key, and is used up for as long as it lives', async () => {
    const { send, noted, claimed } = await registeredByKey();
    expect(await send(`Bearer ${await assertion()}`)).toBe('rs_one');
    expect(noted).toEqual([]);
    expect(claimed).toEqual([['rs_one', 'jti_1', clock.now() + 60, clock.now()]]);
  });

  test.each<[string, Shown, string, boolean, string]>([
    ['was used before', { isUsed: true }, 'rs_one', true, 'the assertion was used before'],
    ['has a fault', { fault: 'its audience is another one' }, 'rs_one', true, 'its audience is another one'],
    ['is of another resource server', {}, 'rs_two', true, 'the assertion does not verify'],
    ['is of another key', {}, 'rs_one', false, 'the assertion does not verify'],
  ])('that %s proves nothing, and the audit log says why', async (_, shown, issuer, isOwnKey, why) => {
    const { send, noted, claimed } = await registeredByKey(shown);
    const signed = await assertion(issuer, isOwnKey ? keys : generateKeyPair('ES256'));
    expect(await send(`Bearer ${signed}`)).toBe('unauthenticated');
    expect(noted).toEqual([`rs_one: decisions: ${why}`]);
    expect(claimed).toHaveLength(shown.isUsed ? 1 : 0);
  });
});
