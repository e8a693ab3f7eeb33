/** What proves a client without an assertion, and what its owner is told when it does not. */
import { expect, test } from '@jest/globals';
import type { Credential } from '../../../src/domain/clients/agents/credential.ts';
import { otherProofs } from '../../../src/provider/client-authentication/other-proofs.ts';
import type { OtherProof } from '../../../src/provider/seam/presented-credential.ts';

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
