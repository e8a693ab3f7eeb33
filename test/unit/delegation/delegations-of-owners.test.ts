/** Which suspended delegations a person can still confirm. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { DELEGATIONS } from '../../../src/domain/authority/delegation/delegation.ts';
import { delegationsOfOwners } from '../../../src/domain/authority/delegation/delegations-of-owners.ts';
import { movableClock, recordedAudit, START } from './fakes.ts';

const LEAF = {
  id: 'dlg_leaf',
  subject: 'acc_anna',
  state: 'suspended',
  ancestors: ['dlg_root', 'dlg_middle'],
  expiresAt: START + 100,
};

/** What is left to confirm of a delegation, when of its ancestors only these are stored and standing. */
const confirmable = async (stored: readonly string[], standing: readonly string[]): Promise<readonly string[]> => {
  const { operations } = delegationsOfOwners({
    slots: {
      delegations: {
        find: async () => [{ document: LEAF, version: 1 }],
        getMany: async () => stored.map((id) => ({ document: { ...LEAF, id }, version: 1 })),
      },
      standing: async ({ id }: { readonly id: string }) =>
        id === LEAF.id || standing.includes(id) ? { ...LEAF, id } : undefined,
    } as never,
    clock: movableClock(),
    audit: recordedAudit(),
    agents: undefined,
    revocation: {} as never,
  });
  return (await operations.suspendedOf(LEAF.subject)).map(({ id }) => id);
};

test('a delegation whose ancestors all stand can be confirmed', async () => {
  expect(await confirmable(LEAF.ancestors, LEAF.ancestors)).toEqual([LEAF.id]);
});

test('a delegation of which one ancestor has ended or is not stored can not', async () => {
  for (const id of LEAF.ancestors) {
    const others = LEAF.ancestors.filter((one) => one !== id);
    expect(await confirmable(LEAF.ancestors, others)).toEqual([]);
    expect(await confirmable(others, LEAF.ancestors)).toEqual([]);
  }
});

const DELEGATION = {
  id: 'dlg_1',
  slot: 'slot_1',
  subject: 'acc_anna',
  actor: 'agt_a',
  resource: 'https://mail.example',
  scope: ['read'],
  chain: { sub: 'agt_a' },
  ancestors: [],
  state: 'active',
  expiresAt: START + 100,
  createdAt: START,
  updatedAt: START,
};

/** `standing`: what a delegation is now. `meanwhile`: how another caller has changed what is stored. */
const owned = async ({
  held = { id: 'agt_a', owner: 'acc_new' } as object | null,
  stored = [DELEGATION] as readonly object[],
  standingState = 'suspended' as string | null,
  meanwhile = {},
  current = {} as object | null,
} = {}) => {
  const audit = recordedAudit();
  const delegations = memoryDocumentStore('refused').collection({
    ...DELEGATIONS,
    indexes: [{ fields: ['actor'] }, { fields: ['subject', 'actor'] }],
  } as never);
  for (const one of stored) await delegations.insert({ ...one, ...meanwhile } as never);
  const changed: unknown[] = [];
  const settled: unknown[] = [];
  const { operations } = delegationsOfOwners({
    slots: {
      delegations: { ...delegations, find: async () => stored.map((document) => ({ document, version: 1 })) },
      standing: async (one: object) => (standingState === null ? undefined : { ...one, state: standingState }),
      async settle(_: string, change: (now: object | undefined) => object | undefined, by: object) {
        settled.push(by);
        changed.push(change(current === null ? undefined : { ...DELEGATION, state: 'suspended', ...current }));
      },
    },
    clock: movableClock(),
    audit,
    agents: { getMany: async () => (held === null ? [] : [{ document: held, version: 1 }]) },
    revocation: { handsFrom: async () => START },
  } as never);
  return { operations, audit, delegations, changed, settled };
};

test('a delegation of a former owner is suspended with its event, up to a number', async () => {
  const two = [DELEGATION, { ...DELEGATION, id: 'dlg_2' }];
  for (const [limit, count] of [
    [1, 1],
    [2, 2],
    [5, 2],
  ] as const) {
    const { operations, audit, delegations } = await owned({ stored: two });
    expect(await operations.suspendFormer('agt_a', 'acc_admin', limit)).toBe(count);
    expect(audit.types()).toEqual(Array(count).fill('delegation.suspended'));
    expect(audit.events[0]).toMatchObject({ caller: 'acc_admin', owner: 'acc_new', outcome: 'done' });
    expect((await delegations.get('dlg_1'))?.document).toMatchObject({ state: 'suspended' });
  }
  const unknown = await owned({ held: null });
  await unknown.operations.suspendFormer('agt_a', 'acc_admin', 1);
  expect(unknown.audit.events[0]).not.toHaveProperty('owner');
});

test.each<[string, object]>([
  ['that is not active', { stored: [{ ...DELEGATION, state: 'revoked' }] }],
  ['that stands', { standingState: 'active' }],
  ['that has ended', { standingState: null }],
])('a delegation %s is not suspended', async (_, world) => {
  const { operations, audit } = await owned(world);
  expect(await operations.suspendFormer('agt_a', 'acc_admin', 5)).toBe(0);
  expect(audit.events).toEqual([]);
});

test.each<[string, object]>([
  ['ended it', { state: 'revoked' }],
  ['confirmed the owner', { ownership: 3 }],
])('when another caller %s meanwhile, the event says that it was over first', async (_, meanwhile) => {
  const { operations, audit } = await owned({ meanwhile });
  await operations.suspendFormer('agt_a', 'acc_admin', 5);
  expect(audit.events).toHaveLength(2);
  expect(audit.events[1]).toMatchObject({ type: 'delegation.suspended', outcome: 'refused' });
});

const SUSPENDED = [{ ...DELEGATION, state: 'suspended' }];
const CONFIRMED = { subject: 'acc_anna', actor: 'agt_a', ownership: 0, by: 'acc_anna' };

test('a person confirms the owner of the moment, for what is suspended still', async () => {
  const { operations, changed, settled } = await owned({ stored: SUSPENDED });
  expect(await operations.confirmOwner({ ...CONFIRMED, request: 'req_1' } as never)).toBe(1);
  expect(changed).toEqual([expect.objectContaining({ state: 'active', ownership: 0, expiresAt: START + 100 })]);
  expect(settled).toEqual([{ caller: 'acc_anna', owner: 'acc_new', request: 'req_1' }]);
  const quiet = await owned({ stored: SUSPENDED });
  await quiet.operations.confirmOwner(CONFIRMED as never);
  expect(quiet.settled).toEqual([{ caller: 'acc_anna', owner: 'acc_new' }]);
});

test.each<[string, object | null]>([
  ['is gone', null],
  ['is another', { id: 'dlg_2' }],
  ['is active again', { state: 'active' }],
])('a delegation that %s is not confirmed', async (_, current) => {
  const { operations, changed } = await owned({ stored: SUSPENDED, current });
  expect(await operations.confirmOwner(CONFIRMED as never)).toBe(0);
  expect(changed).toEqual([undefined]);
});

test('an agent that is gone, or has changed its owner again, is not confirmed', async () => {
  for (const held of [null, { id: 'agt_a', owner: 'acc_new', ownership: 2 }]) {
    const { operations, settled } = await owned({ stored: SUSPENDED, held });
    await expect(operations.confirmOwner(CONFIRMED as never)).rejects.toMatchObject({
      reason: 'agent_changed_owner_again',
    });
    expect(settled).toEqual([]);
  }
});
