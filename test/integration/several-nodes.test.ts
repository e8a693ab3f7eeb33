/** Servers with folders and clocks of their own on the same stores, in one process. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { memoryEphemeralStore } from '../../adapters/memory/ephemeral-store.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { loadConfiguration } from '../../config/load.ts';
import { type Behalf, compose } from '../../src/compose.ts';
import type { Clock } from '../../src/domain/ports/clock.ts';
import { type DocumentStore, StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { firstStart } from '../../src/first-start.ts';
import { until } from '../support/until.ts';

const KEY = Buffer.alloc(32, 7);

const running: Behalf[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const behalf of running.splice(0)) await behalf.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const newStores = () => ({ documents: memoryDocumentStore(), ephemeral: memoryEphemeralStore(systemClock) });
let processes = 0;

const start = async (
  { documents, ephemeral }: ReturnType<typeof newStores>,
  { masterKey = KEY, clock = systemClock }: { readonly masterKey?: Buffer; readonly clock?: Clock } = {},
): Promise<Behalf> => {
  const { configuration } = loadConfiguration({
    env: {
      BEHALF__STORES__DOCUMENT: 'memory',
      BEHALF__STORES__EPHEMERAL: 'memory',
      BEHALF_ADMIN_PASSWORD: 'correct horse battery staple',
      BEHALF__LOG__LEVEL: 'silent',
    },
  });
  processes += 1;
  const machine = { host: 'one', process: processes, isAlive: () => true };
  // The first of them to end must not take the stores away from the others.
  const kept = {
    documents: { ...documents, close: async () => {} },
    ephemeral: { ...ephemeral, close: async () => {} },
  };
  const behalf = await compose(configuration, { ...kept, masterKey, clock, machine });
  running.push(behalf);
  return behalf;
};

/** A clock that can be put ahead of the true time. */
const movable = () => {
  const clock = {
    offset: 0,
    nowMillis: () => Date.now() + clock.offset,
    now: () => Math.floor((Date.now() + clock.offset) / 1000),
  };
  return clock;
};

describe('a first start on several servers at once', () => {
  test('makes one administrator, one set of keys, and one client of each role with one key file', async () => {
    const stores = newStores();
    const nodes = await Promise.all([start(stores), start(stores), start(stores)]);
    const made = nodes.map((node) => {
      const folder = mkdtempSync(join(tmpdir(), 'behalf-node-'));
      folders.push(folder);
      return { node, folder };
    });
    const { configuration } = loadConfiguration({
      env: { BEHALF__STORES__DOCUMENT: 'memory', BEHALF__STORES__EPHEMERAL: 'memory' },
    });
    // Memory stores have no folder, so what a server with one does is done by hand.
    await Promise.all(made.map(({ node, folder }) => firstStart({ ...node.services, configuration, folder })));
    // Again, as at a restart: nothing more is made.
    await Promise.all(made.map(({ node, folder }) => firstStart({ ...node.services, configuration, folder })));

    const [{ services }] = nodes;
    const accounts = await services.accounts.list({ limit: 100 });
    expect(accounts.items.map(({ document }) => document.username)).toEqual(['admin']);
    const clients = await services.clients.list({ limit: 100 });
    expect(clients.items.map(({ document }) => document.name).sort()).toEqual([
      'Management administrator',
      'Management operator',
    ]);
    for (const role of ['administrator', 'operator']) {
      expect(made.filter(({ folder }) => existsSync(join(folder, `${role}.json`)))).toHaveLength(1);
    }
    const versions = await Promise.all(nodes.map((node) => node.services.keys.version()));
    expect(new Set(versions).size).toBe(1);
    expect(await services.keys.list()).toHaveLength(3);
    expect(new Set(nodes.map((node) => JSON.stringify(node.services.keys.auditJwk()))).size).toBe(1);
    expect(new Set(nodes.map((node) => node.services.state.node)).size).toBe(3);
  });

  test('KY-04 a server with another master key does not start beside the others', async () => {
    const stores = newStores();
    await start(stores);
    await expect(start(stores, { masterKey: Buffer.alloc(32, 8) })).rejects.toThrow();
  });
});

describe('D23 a key set that another node has changed', () => {
  test('KY-01 is taken up without a restart, and by who rotates at once', async () => {
    const stores = newStores();
    const [one, other] = [await start(stores), await start(stores)];
    const published = async ({ services }: Behalf) => (await services.keys.list()).map(({ id }) => id).sort();
    await one.services.keys.rotate(one.services.audit, 'acc_test');
    expect(await published(other)).toEqual(await published(one));
    await until(
      async () => {
        const kids = await Promise.all([one, other].map(jwksOf));
        return kids.every((found) => found.length === 6) && String(kids[0]) === String(kids[1]);
      },
      { what: 'that both serve what is stored' },
    );
  });

  test('that cannot be read makes a node unready after 30 s, and ready again when it can', async () => {
    const stores = newStores();
    let isBroken = false;
    const documents: DocumentStore = {
      ...stores.documents,
      collection(declaration) {
        const collection = stores.documents.collection<never>(declaration);
        if (declaration.name !== 'signing_keys') return collection as never;
        return {
          ...collection,
          find: async (query: never) => {
            if (isBroken) throw new StoreUnavailable('not now');
            return collection.find(query);
          },
        } as never;
      },
    };
    const clock = movable();
    const node = await start({ ...stores, documents }, { clock });
    expect(await node.reasons()).toEqual({});
    isBroken = true;
    clock.offset += 20_000;
    expect(await node.reasons()).toEqual({});
    clock.offset += 11_000;
    expect(Object.keys(await node.reasons())).toEqual(['keys']);
    isBroken = false;
    await until(async () => Object.keys(await node.reasons()).length === 0, { what: 'that it has caught up' });
  });
});

/** Ids of the keys that a node publishes. */
const jwksOf = async (behalf: Behalf): Promise<readonly string[]> => {
  const { createServer } = await import('node:http');
  const server = createServer(behalf.handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as { port: number };
    const response = await fetch(`http://127.0.0.1:${port}/jwks`, { headers: { connection: 'close' } });
    return ((await response.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid).sort();
  } finally {
    server.close();
  }
};

test('FT-10 a node whose clock is apart from the others says so and is not ready', async () => {
  const stores = newStores();
  const wrong = movable();
  const [one, two, three] = [await start(stores), await start(stores), await start(stores, { clock: wrong })];
  // As housekeeping does, only faster.
  const pass = async (): Promise<void> => {
    for (const { services } of [one, two, three]) await services.nodes.beat();
    for (const { services } of [one, two, three]) await services.nodes.observe();
  };
  for (let turn = 0; turn < 4; turn += 1) await pass();
  expect(await Promise.all([one, two, three].map(({ reasons }) => reasons()))).toEqual([{}, {}, {}]);
  wrong.offset = 10_000;
  for (let turn = 0; turn < 4; turn += 1) await pass();
  const reasons = await Promise.all([one, two, three].map((node) => node.reasons()));
  expect(reasons.map((found) => Object.keys(found))).toEqual([[], [], ['nodes']]);
  expect(reasons[2]?.['nodes']).toMatch(/clock/);
});
