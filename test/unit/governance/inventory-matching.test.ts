/** What an import reads to find the clients, agents and resource servers that its apps may be. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { CLIENTS, type Client } from '../../../src/domain/clients/clients/client.ts';
import type { StatedApp } from '../../../src/domain/governance/inventory.ts';
import { inventoryMatching } from '../../../src/domain/governance/inventory-matching.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import {
  RESOURCE_SERVERS,
  type ResourceServer,
} from '../../../src/domain/resources/resource-servers/resource-server.ts';

const READS = ['get', 'getMany', 'find'];

/** A store, and how often it was read. */
const counted = () => {
  const documents = memoryDocumentStore();
  const count = { reads: 0 };
  const counting: DocumentStore = {
    ...documents,
    collection: (declaration) =>
      new Proxy(documents.collection(declaration), {
        get(target, name, receiver) {
          if (READS.includes(String(name))) count.reads += 1;
          return Reflect.get(target, name, receiver);
        },
      }) as never,
  };
  return { documents, counting, count };
};

const client = (id: string, fields: Partial<Client>) =>
  ({ id, name: id, state: 'active', redirectUris: [], createdAt: 1, ...fields }) as unknown as Client;

const matching = (documents: DocumentStore, asked: string[] = []) =>
  inventoryMatching({
    documents,
    exists: async () => false,
    namesOfOwner: async (account) => {
      asked.push(account);
      return [account];
    },
    pause: async () => {},
  });

const APPS = Array.from(
  { length: 2000 },
  (_, index): StatedApp => ({
    ...{ externalId: `x${index}`, name: 'Nightly', owner: 'acc_ada' },
    urls: Array.from({ length: 20 }, (__, at) => `https://app-${index}.example.com/${at}`),
  }),
);

test.each([
  ['an owner', APPS.map(({ urls: _, ...app }) => app)],
  ['an owner and 20 addresses', APPS],
])('2,000 apps with %s: what is registered here is read once, and not for each app', async (_, apps) => {
  const { documents, counting, count } = counted();
  const clients = documents.collection<Client>(CLIENTS);
  await clients.insert(client('app_1', { name: 'Nightly', owner: 'acc_ada' }));
  await clients.insert(client('app_2', { name: 'Nightly', owner: 'acc_grace' }));
  const asked: string[] = [];
  const matchOf = await matching(counting, asked).matchesOf(apps);
  for (const app of apps) expect(await matchOf(app)).toEqual({ client: 'app_1', matchedBy: 'name_and_owner' });
  expect(count.reads).toBeLessThan(20);
  expect(asked.sort()).toEqual(['acc_ada', 'acc_grace']);
});

test('the strongest match counts, and an address with or without its last slash is the same', async () => {
  const { documents } = counted();
  const clients = documents.collection<Client>(CLIENTS);
  await clients.insert(client('app_1', { redirectUris: ['https://plan.example.com/cb'] }));
  await clients.insert(client('app_2', {}));
  await documents
    .collection<ResourceServer>(RESOURCE_SERVERS)
    .insert({ id: 'rs_1', identifier: 'https://api.example.com', createdAt: 1 } as unknown as ResourceServer);
  const app = { externalId: 'x', name: 'Plan', urls: ['https://api.example.com/', 'https://plan.example.com/x'] };
  const apps = [app, { ...app, externalId: 'app_2' }, { ...app, externalId: 'y', urls: app.urls.slice(1) }];
  const matchOf = await matching(documents).matchesOf(apps);
  expect(await Promise.all(apps.map(matchOf))).toEqual([
    { client: 'rs_1', matchedBy: 'resource' },
    { client: 'app_2', matchedBy: 'client_id' },
    { client: 'app_1', matchedBy: 'redirect_host' },
  ]);
});

test('of more than 20 clients with one name none matches by it', async () => {
  const { documents } = counted();
  const clients = documents.collection<Client>(CLIENTS);
  for (let index = 0; index < 21; index += 1)
    await clients.insert(client(`app_${index}`, { name: 'Nightly', owner: index === 0 ? 'acc_ada' : 'acc_grace' }));
  const app = { externalId: 'x', name: 'Nightly', owner: 'acc_ada' };
  expect(await (await matching(documents).matchesOf([app]))(app)).toBeUndefined();
});
