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

const BY = { caller: 'app_b', request: 'req_1', source: '192.0.2.1' };

test('the same signer signs once; the second one lifts a kill of everything, each with its event', async () => {
  const [documents, audit] = [memoryDocumentStore('refused'), recordingAudit()];
  const register = registerOver(documents, audit);
  const all: Kill = { ...KILL, id: 'kil_all', scope: 'all', target: '*', key: 'all' };
  await register.put(all, { caller: 'app_a' });
  for (let times = 0; times < 2; times += 1) {
    expect(await register.sign(all.id, BY, { changedAt: 0 })).toMatchObject({
      state: 'standing',
      signatures: [{ by: 'app_b' }],
    });
  }
  await expect(register.sign(all.id, { caller: 'app_c' }, { changedAt: all.createdAt })).rejects.toMatchObject({
    code: 'forbidden',
  });
  const lifted = await register.sign(all.id, { caller: 'app_c' }, { changedAt: 0 });
  expect(lifted).toMatchObject({ state: 'lifted', liftedAt: expect.any(Number) });
  expect(await register.sign(all.id, { caller: 'app_d' }, { changedAt: 0 })).toEqual(lifted);
  expect(audit.events.map(({ type, caller }) => [type, caller])).toEqual([
    ['kill.lift_signed', 'app_b'],
    ['kill.lifted', 'app_c'],
  ]);
  expect(audit.events[0]).toMatchObject({ request: 'req_1', personal: { source: '192.0.2.1' } });
  for (const member of ['request', 'personal']) expect(audit.events[1]).not.toHaveProperty(member);
});

test('a kill that is final is not lifted, and one of an agent needs one signature of any age', async () => {
  const documents = memoryDocumentStore('refused');
  const register = registerOver(documents);
  await register.put({ ...KILL, state: 'final' }, { caller: 'app_a' });
  await expect(register.sign(KILL.id, BY, { changedAt: 0 })).rejects.toMatchObject({ code: 'conflict' });
  await register.put({ ...KILL, id: 'kil_b' }, { caller: 'app_a' });
  expect(await register.sign('kil_b', BY, { changedAt: KILL.createdAt + 5 })).toMatchObject({ state: 'lifted' });
});

test.each<[Kill['scope'], string | undefined, object]>([
  ['agent', 'acc_owner', { agent: 'x', owner: 'acc_owner' }],
  ['account', undefined, { subject: 'x' }],
  ['delegation', undefined, { delegation: 'x' }],
  ['owner', 'acc_other', { owner: 'x' }],
  ['token', undefined, {}],
])('the event about a kill of one %s names it, and its owner %s', async (scope, owner, about) => {
  const audit = recordingAudit();
  const kill: Kill = { ...KILL, scope, target: 'x', ...(owner === undefined ? {} : { owner }) };
  await registerOver(memoryDocumentStore('refused'), audit).record('kill.ordered', kill, { caller: 'app_a' });
  const { agent, subject, delegation, owner: named } = audit.events[0] ?? {};
  expect(JSON.parse(JSON.stringify({ agent, subject, delegation, owner: named }))).toEqual(about);
  expect(audit.events[0]).toMatchObject({ target: { kind: scope, id: 'x' } });
});

test('a list has those that are asked for, page by page, and a caller finds its own', async () => {
  const register = registerOver(memoryDocumentStore('refused'));
  const kills: readonly Kill[] = [
    { ...KILL, id: 'kil_1', createdAt: 1, owner: 'acc_owner' },
    { ...KILL, id: 'kil_2', createdAt: 2, by: 'app_b', key: 'agent:agt_b' },
    { ...KILL, id: 'kil_3', createdAt: 3, by: 'app_b', state: 'final' },
  ];
  for (const kill of kills) await register.put(kill, { caller: 'app_a' });
  const listed = async (query: object) =>
    (await register.list({ limit: 9, ...query } as never)).items.map(({ id }) => id);
  expect(await listed({})).toEqual(['kil_3', 'kil_2', 'kil_1']);
  expect(await listed({ owner: 'acc_owner' })).toEqual(['kil_1']);
  expect(await listed({ key: 'agent:agt_b' })).toEqual(['kil_2']);
  expect(await listed({ state: 'final' })).toEqual(['kil_3']);
  expect(await register.list({ limit: 3 } as never)).not.toHaveProperty('next');
  const first = await register.list({ limit: 2 } as never);
  expect([first.items.length, first.next]).toEqual([2, { value: 2, id: 'kil_2' }]);
  expect(await listed({ after: first.next })).toEqual(['kil_1']);
  expect((await register.standingOf(KILL.key, 'app_a'))?.id).toBe('kil_1');
  expect(await register.standingOf(KILL.key, 'app_b')).toBeUndefined();
});

test('what ends a delegation or a token for good ends it itself; others have an epoch', async () => {
  const did: unknown[] = [];
  const documents = memoryDocumentStore('refused');
  const register = killRegistry({
    documents,
    clock: standingClock(),
    audit: recordingAudit(),
    ends: {
      delegation: async (id: string) => did.push(['delegation', id]),
      token: async (id: string) => did.push(['token', id]),
    },
    newestEvent: async () => 9e9,
  } as never);
  const epochs = documents.collection<{ readonly id: string; readonly notBefore: number }>({
    name: 'epochs',
    indexes: [],
    members: ['notBefore'],
  });
  for (const scope of ['delegation', 'token'] as const) {
    const kill: Kill = { ...KILL, id: `kil_${scope}`, scope, target: `${scope} 1`, key: scope, state: 'final' };
    await register.put(kill, { caller: 'app_a' });
    // Ends it again, since that may have failed.
    expect(await register.holds(kill)).toBe(true);
    expect(await epochs.get(scope)).toBeUndefined();
  }
  expect(did).toEqual(['delegation', 'delegation', 'token', 'token'].map((kind) => [kind, `${kind} 1`]));
  await register.put(KILL, { caller: 'app_a' });
  expect((await epochs.get(KILL.key))?.document.notBefore).toBe(9e9 + 1);
});
