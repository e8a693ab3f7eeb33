/** Imports inventories, and lists their entries. */
import type { AuditLog } from '../audit/audit-event.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, everyDocument, tryInsert, update, type Versioned } from '../ports/document-store.ts';
import { findingRefusal } from './finding-refusals.ts';
import type { Examined, FindingWriter } from './finding-writer.ts';
import { MOST_EXAMINED } from './finding-writer.ts';
import { entryId, INVENTORY_ENTRIES, type InventoryEntry, partsOfEntry, type StatedApp } from './inventory.ts';
import type { InventoryMatching, Match } from './inventory-matching.ts';
import { webAddresses } from './web-addresses.ts';

export type ImportResult = {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Entries that this import does not have any more. */
  readonly gone: number;
};

export interface InventoryRegistry {
  get(id: string): Promise<Versioned<InventoryEntry> | undefined>;
  /** Newest first. */
  list(
    query: PageQuery & { readonly source?: string; readonly state?: InventoryEntry['state'] },
  ): Promise<Page<InventoryEntry>>;
  /**
   * Makes the entries of this inventory equal to a whole list, each with the client, agent or resource server that is the same
   * app. The same list again changes nothing. Of its addresses, `webAddresses` stay. Writes its event before the first change; after a crash, repeat it. Throws 'invalid_field' for an id that is there twice, and changes nothing.
   */
  importAll(source: string, apps: readonly StatedApp[], by: By): Promise<ImportResult>;
}

export const inventoryRegistry = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly writer: FindingWriter;
  readonly matching: InventoryMatching;
  /** Lets waiting requests run. */
  readonly pause: () => Promise<void>;
}): InventoryRegistry => {
  const { documents, audit, clock, writer, matching, pause } = deps;
  const collection = documents.collection<InventoryEntry>(INVENTORY_ENTRIES);
  const documentsOf = registeredDocuments<InventoryEntry>({ collection, kind: 'inventory entry', audit, clock });

  /** Stores one app. The content decides whether it changed. */
  const stored = async (
    source: string,
    app: StatedApp & Partial<Match>,
  ): Promise<'created' | 'changed' | 'unchanged'> => {
    const id = entryId(source, app.externalId);
    const now = clock.now();
    const fresh: InventoryEntry = { ...app, id, source, state: 'present', createdAt: now, updatedAt: now };
    const held = await collection.get(id);
    if (!held && (await tryInsert(collection, fresh))) return 'created';
    let isChanged = false;
    await update(collection, id, (before): InventoryEntry | undefined => {
      isChanged = before.state === 'gone' || contentOf(before) !== contentOf(fresh);
      return isChanged ? { ...fresh, createdAt: before.createdAt } : undefined;
    });
    return isChanged ? 'changed' : 'unchanged';
  };

  const examined = (entry: InventoryEntry): Examined => {
    const parts = partsOfEntry(entry);
    return {
      ...{ subject: entry.id, subjectKind: 'inventory_entry', name: entry.name, isGone: entry.state === 'gone' },
      observed: parts.length === 0 ? [] : [{ kind: 'unknown_app', parts, evidence: [] }],
    };
  };

  return {
    get: (id) => collection.get(id),

    list: ({ source, state, ...query }) => documentsOf.list(source === undefined ? {} : { source, state }, query),

    async importAll(source, stated, by) {
      const apps = stated.map(withWebAddresses);
      const seen = new Set<string>();
      const twice = apps.findIndex(({ externalId }) => seen.size === seen.add(externalId).size);
      if (twice !== -1) throw findingRefusal('inventory_id_repeated', { field: `/apps/${twice}/external_id` });
      await audit.append({
        ...{
          type: 'inventory.imported',
          outcome: 'done',
          caller: by.caller,
          target: { kind: 'inventory', id: source },
        },
        ...(by.request === undefined ? {} : { request: by.request }),
        ...(by.source === undefined ? {} : { personal: { source: by.source } }),
        inputs: { apps: apps.length },
      });
      const result = { created: 0, changed: 0, unchanged: 0, gone: 0 };
      const matchOf = await matching.matchesOf(apps);
      for (const app of apps) {
        result[await stored(source, { ...app, ...(await matchOf(app)) })] += 1;
        await pause();
      }
      const present = new Set(apps.map(({ externalId }) => entryId(source, externalId)));
      let waiting: Examined[] = [];
      for await (const entry of everyDocument(collection, { where: { source }, limit: 500 })) {
        const isGone = entry.state === 'present' && !present.has(entry.id);
        if (isGone) {
          result.gone += 1;
          await update(
            collection,
            entry.id,
            (one): InventoryEntry => ({ ...one, state: 'gone', updatedAt: clock.now() }),
          );
        }
        waiting.push(examined(isGone ? { ...entry, state: 'gone' } : entry));
        if (waiting.length === MOST_EXAMINED) {
          await writer.keep(waiting);
          waiting = [];
        }
      }
      await writer.keep(waiting);
      return result;
    },
  };
};

/** An app may state any text as an address, and a secret within it. */
const withWebAddresses = ({ urls: stated = [], ...app }: StatedApp): StatedApp => {
  const urls = webAddresses(stated);
  return { ...app, ...(urls.length === 0 ? {} : { urls }) };
};

const contentOf = ({ id: _, source: __, state: ___, createdAt: ____, updatedAt: _____, ...stated }: InventoryEntry) =>
  JSON.stringify(Object.entries(stated).sort(([one], [other]) => (one < other ? -1 : 1)));
