/** Which instance an attested key proves, and when one is started (draft-ietf-oauth-attestation-based-client-auth). */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { memoryEphemeralStore } from '../../../adapters/memory/ephemeral-store.ts';
import { attestedProofs } from '../../../src/provider/client-authentication/attested-proofs.ts';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';
import { standingClock } from '../../support/standing-clock.ts';

/** Proofs of one key, of which the agent has these running instances. Counts the instances that are started. */
const proofsWith = (running: readonly object[], claims: object = {}) => {
  const clock = standingClock();
  const left = [...running];
  let started = 0;
  let used = 0;
  const proofs = attestedProofs({
    attestations: {
      prove: async () => {
        used += 1;
        return { credential: { id: 'crd_a' }, thumbprint: 'key', jti: `jti_${used}`, provenAt: clock.now(), claims };
      },
    },
    instances: {
      running: async () => left[0],
      start: async () => {
        started += 1;
        left.push({ id: 'ins_new' });
      },
    },
    ephemeral: memoryEphemeralStore(clock),
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
