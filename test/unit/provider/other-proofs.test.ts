/** What proves a client without an assertion, and what its owner is told when it does not. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import type { Credential } from '../../../src/domain/clients/agents/credential.ts';
import { basicOf, otherProofs } from '../../../src/provider/client-authentication/other-proofs.ts';
import type { OtherProof } from '../../../src/provider/seam/presented-credential.ts';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';

const proofs = otherProofs({
  masterKey: { digests: (_: string, value: string) => [`digest of ${value}`] },
  clock: { now: () => 1_000, nowMillis: () => 1_000_000 },
});

const secret = (value: string): Credential => ({
  id: `crd_${value}`,
  kind: 'secret',
  state: 'active',
  createdAt: 0,
  secretHash: `digest of ${value}`,
  reason: 'the tool knows no keys',
});

const proof = (value: string): OtherProof => ({ kind: 'secret', clientId: 'agt_a', value, isBasic: true });

test('a secret proves the one credential that has its digest (RFC 6749 §2.3.1)', () => {
  expect(proofs.prove(proof('second'), [secret('first'), secret('second')])).toBe('crd_second');
});

test('the owner of an agent without a secret is told that it is allowed none', () => {
  expect(() => proofs.prove(proof('first'), [])).toThrow('secret: this agent is allowed none');
});

test('the owner of an agent with secrets is told that this one is none of them', () => {
  expect(() => proofs.prove(proof('third'), [secret('first'), secret('second')])).toThrow(
    'secret: the agent has no such secret now',
  );
});

test('the owner of an agent without a certificate is told so (RFC 8705 §2)', () => {
  const certificate = { kind: 'certificate', clientId: 'agt_a', certificate: {} } as never;
  expect(() => proofs.prove(certificate, [secret('first')])).toThrow('certificate: this agent has none');
});

const BASIC = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const CERTIFICATE = { subject: 'CN=agent' } as never;

/** What `take` makes of a request, and what it leaves of the parameters and the header. */
const taken = (parameters: Record<string, unknown>, authorization?: string, certificate?: () => never) => {
  const request = new IncomingMessage(new Socket());
  beginRequest(request, { id: 'req_1', source: '192.0.2.1', certificate, arrivedAt: 0 });
  if (authorization !== undefined) request.headers.authorization = authorization;
  return { proof: proofs.take(request, parameters), parameters, left: request.headers.authorization };
};

test('the secret of an agent leaves the request, from the header and from the body', () => {
  for (const named of [{}, { client_id: 'agt_a' }]) {
    const { proof: basic, left } = taken(named, BASIC('agt_a:my%20secret'));
    expect([basic, left]).toEqual([
      { kind: 'secret', isBasic: true, clientId: 'agt_a', value: 'my secret' },
      undefined,
    ]);
  }
  const { proof: posted, parameters } = taken({ client_id: 'agt_a', client_secret: 'mine' });
  expect(posted).toEqual({ kind: 'secret', isBasic: false, clientId: 'agt_a', value: 'mine' });
  expect(parameters['client_secret']).toBeUndefined();
});

test('the certificate of an agent that names itself alone is its proof (RFC 8705 §2)', () => {
  const { proof: shown } = taken({ client_id: 'agt_a' }, undefined, () => CERTIFICATE);
  expect(shown).toEqual({ kind: 'certificate', clientId: 'agt_a', certificate: CERTIFICATE });
  expect(taken({ client_id: 'agt_a' }).proof).toBeUndefined();
});

test.each<[string, Record<string, unknown>, string | undefined]>([
  ['an assertion', { client_id: 'agt_a', client_secret: 'mine', client_assertion: 'jwt' }, undefined],
  ['an assertion beside the header', { client_assertion: 'jwt' }, BASIC('agt_a:mine')],
  ['a repeated client_id', { client_id: ['agt_a', 'agt_b'], client_secret: 'mine' }, undefined],
  ['a repeated client_id beside the header', { client_id: ['agt_a'] }, BASIC('agt_a:mine')],
  ['another client in the header', { client_id: 'agt_b' }, BASIC('agt_a:mine')],
  ['a client that is no agent, in the header', {}, BASIC('cli_a:mine')],
  ['a header that is no Basic', {}, 'Bearer x'],
  ['a header and a secret', { client_id: 'agt_a', client_secret: 'mine' }, BASIC('agt_a:mine')],
  ['a client that is no agent', { client_id: 'cli_a', client_secret: 'mine' }, undefined],
  ['no client', { client_secret: 'mine' }, undefined],
  ['an empty secret', { client_id: 'agt_a', client_secret: '' }, undefined],
  ['a repeated secret', { client_id: 'agt_a', client_secret: ['mine', 'other'] }, undefined],
])('a request with %s stays as it is', (_, parameters, authorization) => {
  const before = { ...parameters };
  const { proof: none, parameters: after, left } = taken(parameters, authorization, () => CERTIFICATE);
  expect([none, after, left]).toEqual([undefined, before, authorization]);
});

test.each([
  ['agt_a:mine', true, { clientId: 'agt_a', value: 'mine' }],
  ['agt_a:', true, { clientId: 'agt_a', value: '' }],
  ['agt_a:', false, undefined],
  [':mine', true, undefined],
  ['agt_a', true, undefined],
  ['%:mine', true, undefined],
  ['agt_a:ä', true, undefined],
])('Basic credentials %j, empty allowed: %s, are %j', (text, mayBeEmpty, found) => {
  expect(basicOf(BASIC(text), mayBeEmpty)).toEqual(found);
});
