/** An inventory is removed whole: also after a failure, and beside an import. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { FINDINGS, type Finding } from '../../../src/domain/governance/finding.ts';
import { findingWriter } from '../../../src/domain/governance/finding-writer.ts';
import { INVENTORY_ENTRIES, type InventoryEntry } from '../../../src/domain/governance/inventory.ts';
import { inventoryRegistry } from '../../../src/domain/governance/inventory-registry.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import { recordingAudit } from '../../support/recording-audit.ts';
import { standingClock } from '../../support/standing-clock.ts';

const BY = { caller: 'acc_root' } as const;
const appsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...{ externalId: String(index), name: `App ${index}`, scopes: ['mail.send'] },
  }));

/** `beforeTake`: called before each removal of an entry. */
const world = (beforeTake: (id: string) => Promise<void> | void = () => undefined) => {
  const documents = memoryDocumentStore();
  const watched: DocumentStore = {
    ...documents,
    collection: (declaration) => {
      const collection = documents.collection(declaration);
      if (declaration.name !== INVENTORY_ENTRIES.name) return collection;
      return {
        ...collection,
        async take(id) {
          await beforeTake(id);
          return collection.take(id);
        },
      };
    },
  } as DocumentStore;
  const [audit, clock] = [recordingAudit(), standingClock()];
  const writer = findingWriter({ documents, audit, clock });
  const registry = inventoryRegistry({
    ...{ documents: watched, audit, clock, writer, pause: async () => undefined },
    matching: { matchesOf: async () => async () => undefined },
  });
  const entries = () =>
    documents.collection<InventoryEntry>(INVENTORY_ENTRIES).find({ where: { source: 'crm' }, limit: 1000 });
  const findings = async (): Promise<readonly Finding[]> => {
    const found = await documents.collection<Finding>(FINDINGS).find({ limit: 1000 });
    return found.map(({ document }) => document);
  };
  return { registry, audit, clock, entries, findings };
};

test('more entries than one batch go, with their findings, and those of another inventory stay', async () => {
  const { registry, audit, entries, findings } = world();
  await registry.importAll('crm', appsOf(170), BY);
  await registry.importAll('erp', appsOf(2), BY);
  await registry.removeAll('crm', BY);
  expect(await entries()).toEqual([]);
  expect((await findings()).filter(({ state }) => state === 'open')).toHaveLength(2);
  expect((await findings()).filter(({ state }) => state === 'resolved')).toHaveLength(170);
  expect(audit.of('inventory.removed')).toMatchObject([{ target: { id: 'crm' }, inputs: { apps: 170, gone: 0 } }]);
  await expect(registry.removeAll('crm', BY)).rejects.toMatchObject({ code: 'not_found' });
  expect(audit.of('inventory.removed')).toHaveLength(1);
});

test('without its event, nothing is removed', async () => {
  const { registry, audit, entries, findings } = world();
  await registry.importAll('crm', appsOf(3), BY);
  audit.state.failing = true;
  await expect(registry.removeAll('crm', BY)).rejects.toMatchObject({ code: 'unavailable' });
  expect((await entries()).map(({ document }) => document.state)).toEqual(['present', 'present', 'present']);
  expect((await findings()).map(({ state }) => state)).toEqual(['open', 'open', 'open']);
});

test('a removal that a failure ended can be repeated, and leaves no open finding behind', async () => {
  let taken = 0;
  const { registry, entries, findings } = world(() => {
    taken += 1;
    if (taken === 2) throw new Error('the store is gone');
  });
  await registry.importAll('crm', appsOf(3), BY);
  await expect(registry.removeAll('crm', BY)).rejects.toThrow('the store is gone');
  expect((await entries()).length).toBeGreaterThan(0);
  expect((await findings()).filter(({ state }) => state === 'open')).toEqual([]);
  await registry.removeAll('crm', BY);
  expect(await entries()).toEqual([]);
});

test('apps that an import states during the removal stay, with their findings', async () => {
  let imported: Promise<unknown> | undefined;
  const { registry, audit, entries, findings } = world(async () => {
    imported ??= registry.importAll('crm', appsOf(170), BY);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  });
  await registry.importAll('crm', appsOf(170), BY);
  await registry.removeAll('crm', BY);
  expect(await imported).toMatchObject({ created: 170, changed: 0, unchanged: 0, gone: 0 });
  const left = await entries();
  expect(left.filter(({ document }) => document.state === 'present')).toHaveLength(170);
  expect((await findings()).filter(({ state }) => state === 'open')).toHaveLength(170);
  const counts = { apps: 170, created: 170, changed: 0, gone: 0 };
  expect(audit.of('inventory.imported').at(-1)).toMatchObject({ inputs: counts });
});

test('of two imports at once, the second counts what the first one left', async () => {
  const { registry, audit } = world();
  await Promise.all([registry.importAll('crm', appsOf(3), BY), registry.importAll('crm', appsOf(3), BY)]);
  expect(audit.of('inventory.imported').map(({ inputs }) => inputs?.['created'])).toEqual([3, 0]);
});
