/** Which instance of an agent sends a request, and whose tokens it may use. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { presentedInstances } from '../../../src/provider/client-authentication/presented-instances.ts';
import { GRANTS, type GrantRecord } from '../../../src/provider/seam/records.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { agent } from '../token-exchange/fakes.ts';

type Instance = NonNullable<Awaited<ReturnType<ReturnType<typeof presentedInstances>['of']>>>;
const instance = (id: string, of = 'agt_a') => ({ id, agent: of }) as Instance;

let signer: Instance | undefined;
let running: readonly string[];
let used: unknown[];
let attested: string | undefined;

beforeEach(() => {
  signer = undefined;
  running = [];
  used = [];
  attested = undefined;
});

const service = async () => {
  const documents = memoryDocumentStore('refused');
  await documents.collection<GrantRecord>(GRANTS).insert({
    ...{ id: 'grt_1', account: 'acc_anna', clientId: 'agt_a', payload: {}, createdAt: 0, expiresAt: 9 },
    instance: 'ins_1',
  } as GrantRecord);
  await documents.collection<GrantRecord>(GRANTS).insert({
    ...{ id: 'grt_2', account: 'acc_anna', clientId: 'agt_a', payload: {}, createdAt: 0, expiresAt: 9 },
  } as GrantRecord);
  return presentedInstances({
    documents,
    identifiers: countedIdentifiers(),
    instances: {
      running: async ({ id }: { readonly id: string }, jkt: string) =>
        running.includes(jkt) ? instance(`ins_${jkt}`, id) : undefined,
      used: async (...all: unknown[]) => {
        await Promise.resolve();
        used.push(all);
      },
    },
    presented: { instanceIn: () => signer, attestedKeyIn: () => attested },
    agents: { get: async (id: string) => (id === 'agt_a' ? { document: agent(id), version: 1 } : undefined) },
  } as never);
};

const request = (entities: object = {}) => ({ req: {}, oidc: { entities } }) as never;

describe('the instance of a request', () => {
  const found = async (clientId: string, jkt?: string) => (await service()).of(request(), clientId, jkt);

  test('is the one whose key signed the assertion, before the key of a proof', async () => {
    signer = instance('ins_1');
    running = ['k'];
    expect(await found('agt_a', 'k')).toBe(signer);
  });

  test('is not one of another agent', async () => {
    signer = instance('ins_1', 'agt_b');
    expect(await found('agt_a')).toBeUndefined();
    running = ['k'];
    expect(await found('agt_a', 'k')).toMatchObject({ id: 'ins_k', agent: 'agt_a' });
  });

  test('is the running one with the key of the proof', async () => {
    running = ['k'];
    expect(await found('agt_a', 'k')).toMatchObject({ id: 'ins_k' });
    expect(await found('agt_a', 'x')).toBeUndefined();
    expect(await found('agt_a')).toBeUndefined();
  });

  test('is none for a client, and for an agent that is gone', async () => {
    running = ['k'];
    expect([await found('app_1', 'k'), await found('agt_x', 'k')]).toEqual([undefined, undefined]);
  });
});

describe('the holder', () => {
  const check = async (grant: string | undefined, by: Instance | undefined, entities: object = {}) =>
    (await service()).checkHolder(request(entities), grant, by);
  const REFUSED = { code: 'invalid_grant', denial: { layer: 'grant', reason: 'instance_not_proven' } };

  test('of the grant of one instance is that instance', async () => {
    await check('grt_1', instance('ins_1'));
    await expect(check('grt_1', instance('ins_2'))).rejects.toMatchObject(REFUSED);
    await expect(check('grt_1', undefined)).rejects.toMatchObject(REFUSED);
  });

  test('of another grant, or of none, is any sender', async () => {
    await check('grt_2', undefined);
    await check('grt_9', instance('ins_2'));
    await check(undefined, undefined);
  });

  test.each(['RefreshToken', 'AuthorizationCode', 'DeviceCode'])(
    'of a %s that is bound to an attested key proves that key',
    async (kind) => {
      const entities = { [kind]: { attestationJkt: 'a' } };
      await expect(check(undefined, undefined, entities)).rejects.toMatchObject(REFUSED);
      attested = 'x';
      await expect(check(undefined, undefined, entities)).rejects.toMatchObject(REFUSED);
      attested = 'a';
      await check(undefined, undefined, entities);
      await expect(check('grt_1', undefined, entities)).rejects.toMatchObject(REFUSED);
    },
  );
});

test('an instance that gets a token lives on; a request without an instance changes nothing', async () => {
  const instances = await service();
  await instances.used(request(), undefined);
  expect(used).toEqual([]);
  await instances.used(request(), instance('ins_1'));
  expect(used).toEqual([[instance('ins_1'), { caller: 'agt_a', request: 'req_unknown' }]]);
});
