import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { grantRegistry } from '../../../src/provider/grants/grants.ts';
import { GRANTS, type GrantRecord } from '../../../src/provider/seam/records.ts';
import type { TokenLiveness } from '../../../src/provider/tokens/token-liveness.ts';

const NOW = 1_800_000_000;

test('a list is read in steps: many ended ones delay no request for long, and the last of all is found', async () => {
  const documents = memoryDocumentStore('refused');
  const rows = documents.collection<GrantRecord>(GRANTS);
  for (let place = 0; place < 2_500; place += 1) {
    await rows.insert({
      ...{ id: `l${place}`, account: 'acc_a', clientId: 'app_a', payload: {} },
      ...{ createdAt: NOW + place, expiresAt: NOW * 2 },
    });
  }
  let looked = 0;
  const grantHeldLive = async (id: string): Promise<GrantRecord | undefined> => {
    looked += 1;
    return id === 'l0' ? (await rows.get(id))?.document : undefined;
  };
  const grants = grantRegistry({
    documents,
    clock: { now: () => NOW, nowMillis: () => NOW * 1000 },
    liveness: { grantHeldLive } as unknown as TokenLiveness,
  });
  const ask = { account: 'acc_a', clientId: 'app_a', limit: 1 };
  const first = await grants.list(ask);
  expect([first.items, first.next !== undefined, looked]).toEqual([[], true, 1_000]);
  const second = await grants.list({ ...ask, after: first.next });
  const third = await grants.list({ ...ask, after: second.next });
  expect([second.items.length, third.items.map(({ id }) => id)]).toEqual([0, ['l0']]);
  await documents.close();
});

const PAYMENT = { type: 'payment' };

/** Grants of one account, all live unless `isLive` says else. */
const registryOf = async (records: readonly object[], isLive: (id: string) => boolean = () => true) => {
  const documents = memoryDocumentStore('refused');
  const rows = documents.collection<GrantRecord>(GRANTS);
  for (const record of records) {
    const whole = {
      account: 'acc_a',
      clientId: 'app_a',
      payload: { iat: NOW, exp: NOW + 9 },
      createdAt: NOW,
      expiresAt: NOW * 2,
    };
    await rows.insert({ ...whole, ...record } as unknown as GrantRecord);
  }
  const live = async (id: string) => (isLive(id) ? (await rows.get(id))?.document : undefined);
  const grants = grantRegistry({
    documents,
    clock: { now: () => NOW, nowMillis: () => NOW * 1000 },
    liveness: { grantLive: live, grantHeldLive: live } as unknown as TokenLiveness,
  });
  return { grants, payloadOf: async (id: string) => (await rows.get(id))?.document.payload };
};

test('a grant is known while it is live, and the grants of our own pages are not shown', async () => {
  const records = [
    { id: 'grt_1' },
    { id: 'grt_2', createdAt: NOW + 1 },
    { id: 'grt_own', clientId: 'account-pages' },
    { id: 'grt_over' },
  ];
  const { grants } = await registryOf(records, (id) => id !== 'grt_over');
  expect([(await grants.get('grt_1'))?.id, (await grants.get('grt_own'))?.id]).toEqual(['grt_1', 'grt_own']);
  expect([await grants.get('grt_over'), await grants.held('grt_over'), await grants.held('grt_own')]).toEqual(
    Array(3).fill(undefined),
  );
  expect((await grants.held('grt_1'))?.id).toBe('grt_1');
  expect((await grants.ofAccount('acc_a')).map(({ id }) => id)).toEqual(['grt_2', 'grt_1']);
  const { items, next } = await grants.list({ limit: 9 });
  expect([items.map(({ id }) => id), next]).toEqual([['grt_2', 'grt_1'], undefined]);
  expect((await grants.list({ account: 'acc_b', limit: 9 })).items).toEqual([]);
  expect((await grants.list({ clientId: 'app_b', limit: 9 })).items).toEqual([]);
  expect([await grants.revoke('grt_1'), await grants.revoke('grt_1')]).toEqual([true, false]);
});

test('removed rights are rejected in the authorization first, and details are gone', async () => {
  const [mail, pay] = ['https://mail.example', 'https://pay.example'];
  const payload = {
    exp: NOW + 9,
    resources: { [mail]: 'read send' },
    details: { [mail]: [PAYMENT], [pay]: [PAYMENT] },
    rejected: { resources: { [mail]: 'old' } },
  };
  const { grants, payloadOf } = await registryOf([
    { id: 'grt_1', payload },
    { id: 'grt_2', payload, parent: 'grt_1', instance: 'ins_1' },
  ]);
  const without = { openidScopes: ['email'], resources: { [mail]: ['send'] }, details: { [mail]: [PAYMENT] } };
  await grants.narrow('grt_2', without);
  for (const id of ['grt_1', 'grt_2']) {
    expect(await payloadOf(id)).toEqual({
      ...payload,
      details: { [pay]: [PAYMENT] },
      rejected: { openid: { scope: 'email' }, resources: { [mail]: 'old send' } },
    });
  }
  const rest = await grants.narrow('grt_1', { openidScopes: [], resources: {}, details: { [pay]: [PAYMENT] } });
  expect(rest?.id).toBe('grt_1');
  expect(await payloadOf('grt_1')).not.toHaveProperty('details');
  const bare = await registryOf([{ id: 'grt_1' }]);
  await bare.grants.narrow('grt_1', { openidScopes: [], resources: {} });
  expect(await bare.payloadOf('grt_1')).toEqual({ iat: NOW, exp: NOW + 9, rejected: {} });
  expect(await bare.grants.narrow('grt_none', { openidScopes: [], resources: {} })).toBeUndefined();
});
