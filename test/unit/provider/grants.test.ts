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
