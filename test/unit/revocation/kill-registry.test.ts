import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { KILLS } from '../../../src/domain/authority/revocation/kill.ts';
import { killRegistry } from '../../../src/domain/authority/revocation/kill-registry.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import type { Kill } from '../../../src/domain/vocabulary/kill.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { standingClock } from '../../support/standing-clock.ts';

const KILL: Kill = {
  id: 'kil_a',
  scope: 'agent',
  target: 'agt_a',
  key: 'agent:agt_a',
  reason: 'a test',
  by: 'app_a',
  state: 'standing',
  signatures: [],
  createdAt: 1,
};

const registerOver = (documents: DocumentStore, audit = recordingAudit()) =>
  killRegistry({
    documents,
    clock: standingClock(),
    audit,
    ends: { delegation: async () => undefined, token: async () => undefined },
    newestEvent: async () => 0,
  });

test('a lift whose swap is lost every time is given up with a refusal that can be tried again', async () => {
  const documents = memoryDocumentStore('refused');
  let swaps = 0;
  const contended: DocumentStore = {
    ...documents,
    collection(declaration) {
      const collection = documents.collection<never>(declaration);
      if (declaration.name !== KILLS.name) return collection as never;
      return {
        ...collection,
        replace: async () => {
          swaps += 1;
          return false;
        },
      } as never;
    },
  };
  const register = registerOver(contended);
  await register.put(KILL, { caller: 'app_a' });
  await expect(register.sign(KILL.id, { caller: 'app_b' }, { changedAt: 0 })).rejects.toMatchObject({
    code: 'store_unavailable',
  });
  expect(swaps).toBe(20);
});

test('a lift of a kill that does not exist is refused, and records nothing', async () => {
  const audit = recordingAudit();
  const register = registerOver(memoryDocumentStore('refused'), audit);
  await expect(register.sign('kil_none', { caller: 'app_b' }, { changedAt: 0 })).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(audit.events).toEqual([]);
});

test('what a crash after the record left undone is done by the next check whether the store holds the kill', async () => {
  const documents = memoryDocumentStore('refused');
  const register = registerOver(documents);
  expect(await register.holds(KILL)).toBe(false);
  await documents.collection<Kill>(KILLS).insert(KILL);
  expect(await register.holds(KILL)).toBe(true);
  const epochs = documents.collection({ name: 'epochs', indexes: [], members: ['notBefore'] });
  expect((await epochs.get(KILL.key))?.document).toMatchObject({ kills: [KILL.id] });
});
