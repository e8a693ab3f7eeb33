/** How often a resource server may ask, and what is told of those who cannot prove who they are. */
import type { IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { requestLimit } from '../../../src/domain/platform/rate-limits/request-limits.ts';
import type { ResourceServer } from '../../../src/domain/resources/resource-servers/resource-server.ts';
import { resourceServerProofs } from '../../../src/provider/client-authentication/resource-server-proofs.ts';
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

const proofs = (perMinute: number, more: Partial<ResourceServer> = {}) => {
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
    assertions: { faultOf: () => undefined, claimOnce: async () => true },
    limit: requestLimit(perMinute, clock),
    refusals: { note: (source, reason) => void noted.push(`${source}: ${reason}`) },
    clock,
    clockToleranceSeconds: 0,
  });
  const send = async (authorization?: string): Promise<string> => {
    try {
      return (await authenticate({ headers: { authorization } } as unknown as IncomingMessage)).id;
    } catch (error) {
      return String((error as { readonly code?: unknown }).code);
    }
  };
  return { send, noted, looked };
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
