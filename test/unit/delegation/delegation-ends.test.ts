/** When delegations that give no authority any more are removed. */
import { beforeEach, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { DELEGATIONS, type Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import {
  forgetAtOf,
  forgettingDelegations,
  withEnds,
} from '../../../src/domain/authority/delegation/delegation-ends.ts';
import type { Collection, DocumentStore } from '../../../src/domain/ports/document-store.ts';

const KEPT = 1000;
let documents: DocumentStore;
let stored: Collection<Delegation>;
let now: number;

beforeEach(() => {
  documents = memoryDocumentStore('refused');
  stored = documents.collection<Delegation>(DELEGATIONS);
  now = 5000;
});

const delegation = (id: string, more: Partial<Delegation> = {}): Delegation =>
  ({
    ...{ id, subject: 'acc_anna', actor: 'agt_a', resource: 'r', scope: ['read'], state: 'active', depth: 1 },
    ...{
      ancestors: [],
      chain: { sub: 'agt_a' },
      createdAt: 100,
      expiresAt: 3000,
      delegableTo: { agents: [], depth: 0 },
    },
    ...more,
  }) as Delegation;

const forgetting = () => forgettingDelegations({ documents, clock: { now: () => now }, keptSeconds: KEPT });
const put = (...all: readonly Delegation[]) => withEnds(stored, KEPT).insertMany([...all]);
const left = async () => (await stored.find({ limit: 100 })).map(({ document }) => document.id).sort();

test('is kept for the same time after its revocation, or else after its expiry', () => {
  expect(forgetAtOf(delegation('a'), KEPT)).toBe(4000);
  expect(forgetAtOf(delegation('a', { state: 'suspended', revokedAt: 10 }), KEPT)).toBe(4000);
  expect(forgetAtOf(delegation('a', { state: 'revoked', revokedAt: 200 }), KEPT)).toBe(1200);
  expect(forgetAtOf(delegation('a', { state: 'revoked' }), KEPT)).toBe(4000);
});

test('is stored with that time, and read without it', async () => {
  const all = withEnds(stored, KEPT);
  await all.insert(delegation('a'));
  expect((await stored.get('a'))?.document.forgetAt).toBe(4000);
  for (const found of [await all.get('a'), (await all.getMany(['a']))[0], (await all.find({ limit: 1 }))[0]]) {
    expect(found?.document).toEqual(delegation('a'));
  }
  expect(await all.get('b')).toBeUndefined();
  const changed = delegation('a', { expiresAt: 3500 });
  expect(await all.replace(changed, (await all.get('a'))?.version ?? 0)).toBe(true);
  expect((await stored.get('a'))?.document.forgetAt).toBe(4500);
});

test('is removed in the second after that time, and not before', async () => {
  await put(delegation('a'));
  now = 4000;
  expect([await forgetting().forget(10), await forgetting().countForgettable()]).toEqual([
    { removed: 0, isDone: true },
    0,
  ]);
  now = 4001;
  expect(await forgetting().countForgettable()).toBe(1);
  expect(await forgetting().forget(10)).toEqual({ removed: 1, isDone: true });
  expect(await left()).toEqual([]);
});

test('goes with others a slice at a time, the earliest first', async () => {
  await put(delegation('late', { expiresAt: 3900 }), delegation('early', { expiresAt: 2000 }));
  expect(await forgetting().forget(1)).toEqual({ removed: 1, isDone: false });
  expect(await left()).toEqual(['late']);
});

/** A re-delegation that a person ended, below a first hop. */
const ended = (more: Partial<Delegation> = {}) =>
  delegation('hop', { state: 'revoked', revokedAt: 200, revokedBy: 'acc_anna', ancestors: ['mid', 'root'], ...more });

test('a re-delegation that a person ended stays as long as its first hop, which could be re-delegated again', async () => {
  await put(delegation('root', { expiresAt: 9000 }), ended());
  expect(await forgetting().forget(10)).toEqual({ removed: 0, isDone: true });
  expect((await stored.get('hop'))?.document.forgetAt).toBe(10_000);
  now = 10_000;
  expect(await forgetting().countForgettable()).toBe(0);
});

test.each<[string, Partial<Delegation> | undefined, Partial<Delegation>]>([
  ['the first hop is gone', undefined, {}],
  ['the first hop was revoked', { state: 'revoked', revokedAt: 4900 }, {}],
  ['the person decided about the first hop again', { decidedAt: 201 } as Partial<Delegation>, {}],
  ['the server ended it', {}, { revokedBy: 'system' }],
  ['it is a first hop itself', {}, { ancestors: [] }],
  ['it was not ended', {}, { state: 'active', expiresAt: 200 }],
])('it goes where %s', async (_, root, more) => {
  await put(...(root ? [delegation('root', { expiresAt: 9000, ...root })] : []), ended(more));
  expect((await forgetting().forget(10)).removed).toBe(1);
  expect(await left()).not.toContain('hop');
});
