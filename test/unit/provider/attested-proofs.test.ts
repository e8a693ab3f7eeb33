/** Which instance an attested key proves, and when one is started (draft-ietf-oauth-attestation-based-client-auth). */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { attestedProofs, takeAttestation } from '../../../src/provider/client-authentication/attested-proofs.ts';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';
import { standingClock } from '../../support/standing-clock.ts';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwtOf = (claims: object): string => `${part({ alg: 'ES256' })}.${part(claims)}.c2ln`;

type World = {
  /** What the check of the attestation says. */
  readonly proven?: object;
  /** Of each proof, in place of one of its own. */
  readonly jti?: string;
  /** The ephemeral store may have lost what it held. */
  readonly isCold?: boolean;
  /** What the start of an instance fails with. */
  readonly start?: Error;
  /** The instance that is started does not run. */
  readonly isStopped?: boolean;
};

/** Proofs of one key, of which the agent has these running instances. Counts the instances that are started. */
const proofsWith = (running: readonly object[], claims: object = {}, world: World = {}) => {
  const clock = standingClock();
  const left = [...running];
  let started = 0;
  let used = 0;
  const proofs = attestedProofs({
    attestations: {
      prove: async () => {
        used += 1;
        const jti = world.jti ?? `jti_${used}`;
        return world.proven ?? { credential: { id: 'crd_a' }, thumbprint: 'key', jti, provenAt: clock.now(), claims };
      },
    },
    instances: {
      running: async () => left[0],
      start: async () => {
        if (world.start) throw world.start;
        started += 1;
        if (!world.isStopped) left.push({ id: 'ins_new' });
      },
    },
    ephemeral: { ...memoryEphemeralStore(clock), ...(world.isCold ? { coldSince: () => clock.nowMillis() } : {}) },
    masterKey: { ordered: (...parts: readonly string[]) => [parts.join(' ')] },
    clock,
    clockToleranceSeconds: 5,
  } as never);
  const request = new IncomingMessage(new Socket());
  beginRequest(request, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
  const prove = () => proofs.prove({ request } as never, { id: 'agt_a' } as never, [], async () => ({ keys: [] }));
  return { prove, started: () => started };
};

test('a key whose instance runs proves that instance, and starts none', async () => {
  const { prove, started } = proofsWith([{ id: 'ins_one' }]);
  expect(await prove()).toEqual({ credential: 'crd_a', instance: { id: 'ins_one' } });
  expect(started()).toBe(0);
});

test('the first proof of a key starts its instance, and the next one finds it', async () => {
  const { prove, started } = proofsWith([]);
  expect([await prove(), await prove()].map(({ instance }) => instance.id)).toEqual(['ins_new', 'ins_new']);
  expect(started()).toBe(1);
});

test('what the attestation says about the composition is attested; what is malformed proves nothing', async () => {
  const { prove } = proofsWith([{ id: 'ins_one' }], { composition: { model: 'm-1' } });
  expect(await prove()).toMatchObject({ composition: { grade: 'attested', composition: { model: 'm-1' } } });
  const wrong = proofsWith([], { composition: { memory: 'm' } });
  await expect(wrong.prove()).rejects.toThrow('attestation, composition: memory is unknown or malformed');
});

const AGENT_ATTESTATION = jwtOf({ sub: 'agt_a' });
const requestOf = (headers: object) => {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  return request;
};

test('an attestation of an agent leaves the request, with its proof or without', () => {
  for (const proof of ['proof', undefined]) {
    const request = requestOf({
      'oauth-client-attestation': AGENT_ATTESTATION,
      ...(proof === undefined ? {} : { 'oauth-client-attestation-pop': proof }),
    });
    const taken = takeAttestation(request, {});
    expect(taken).toEqual({
      ...{ kind: 'attestation', clientId: 'agt_a', attestation: AGENT_ATTESTATION },
      ...{ proof: proof ?? '', request },
    });
    expect(Object.keys(request.headers)).toEqual([]);
  }
});

test.each<[string, object, object]>([
  ['no attestation', {}, {}],
  ['several attestations', { 'oauth-client-attestation': [AGENT_ATTESTATION] }, {}],
  ['several proofs', { 'oauth-client-attestation-pop': ['a', 'b'] }, {}],
  ['an assertion', {}, { client_assertion: 'jwt' }],
  ['a secret', {}, { client_secret: '' }],
  ['another proof in the header', { authorization: 'Basic x' }, {}],
  ['a client that is no agent', { 'oauth-client-attestation': jwtOf({ sub: 'cli_a' }) }, {}],
  ['an attestation of no client', { 'oauth-client-attestation': jwtOf({}) }, {}],
  ['an attestation that is no JWT', { 'oauth-client-attestation': 'x' }, {}],
])('a request with %s keeps its headers', (name, headers, parameters) => {
  const whole = name === 'no attestation' ? {} : { 'oauth-client-attestation': AGENT_ATTESTATION, ...headers };
  const request = requestOf(whole);
  expect(takeAttestation(request, parameters as never)).toBeUndefined();
  expect(request.headers).toEqual(whole);
});

/** The failure of a proof in a world that differs from the one above. */
const failure = async (world: Parameters<typeof proofsWith>[2]) =>
  proofsWith([], {}, world)
    .prove()
    .catch((error: unknown) => error);

test('the owner is told which check failed, and a store that fails is no check', async () => {
  const refused = { check: 'issuer', why: 'is unknown' };
  expect(await failure({ proven: refused })).toMatchObject({ message: 'attestation, issuer: is unknown' });
  expect(await failure({ isCold: true })).toMatchObject({ message: expect.stringContaining('too early') });
  const full = new DomainError('conflict', 'There are too many.');
  expect(await failure({ start: full })).toMatchObject({
    message: 'attestation, instance: There are too many.',
    cause: full,
  });
  for (const start of [new DomainError('unavailable', 'later'), new StoreUnavailable('down')]) {
    expect(await failure({ start })).toBe(start);
  }
  expect(await failure({ isStopped: true })).toMatchObject({ message: expect.stringContaining('was stopped') });
});

test('a proof is used once', async () => {
  const { prove } = proofsWith([{ id: 'ins_one' }], {}, { jti: 'same' });
  await prove();
  await expect(prove()).rejects.toThrow('the proof was used before');
});
