/** Imports inventories, and lists their entries. */
import type { AuditLog } from '../audit/audit-event.ts';
import { type KeepTurn, withMutex } from '../platform/cluster/mutex.ts';
import { documentRefusal } from '../platform/registries/document-refusals.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../platform/registries/registered-documents.ts';
import type { Clock } from '../ports/clock.ts';
import { type DocumentStore, everyDocument, tryInsert, update, type Versioned } from '../ports/document-store.ts';
import { FINDINGS, type Finding, findingId } from './finding.ts';
import { findingRefusal } from './finding-refusals.ts';
import { type Examined, type FindingWriter, isOpenAfter, MOST_EXAMINED } from './finding-writer.ts';
import {
  entryId,
  examinedEntry,
  INVENTORY_ENTRIES,
  type InventoryEntry,
  keptChange,
  type StatedApp,
} from './inventory.ts';
import { type EntryChange, type ImportResult, importTally } from './inventory-changes.ts';
import type { InventoryMatching, Match } from './inventory-matching.ts';
import { webAddresses } from './web-addresses.ts';

export interface InventoryRegistry {
  get(id: string): Promise<Versioned<InventoryEntry> | undefined>;
  /** Newest first. */
  list(
    query: PageQuery & { readonly source?: string; readonly state?: InventoryEntry['state'] },
  ): Promise<Page<InventoryEntry>>;
  /**
   * Makes the entries of this inventory equal to a whole list, each with the client, agent or resource server that is the same
   * app. The same list again changes nothing. Of its addresses, `webAddresses` stay. Writes its event before the first change; after a crash, repeat it. Throws 'invalid_field' for an id that is there twice, and changes nothing.
   * Imports and removals of one inventory run one after the other, on all nodes. Throws StoreUnavailable after 100 s of waiting.
   */
  importAll(source: string, apps: readonly StatedApp[], by: By, about?: AboutImport): Promise<ImportResult>;
  /** What `importAll` would do now, with the same refusals. Changes nothing, and writes no event. */
  preview(source: string, apps: readonly StatedApp[]): Promise<ImportResult>;
  /**
   * Removes all entries of this inventory, and resolves their findings. Writes its event before the first change; after a crash,
   * repeat it. An import meanwhile waits, and its apps stay. Throws 'not_found' for an inventory without entries.
   */
  removeAll(source: string, by: By): Promise<void>;
}

/** `format`: the form in which the list was given, as the caller says. It is recorded, and changes nothing. */
export type AboutImport = { readonly format?: string };

/** Entries of one read. */
const AT_ONCE = 500;

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
  const findings = documents.collection<Finding>(FINDINGS);
  const documentsOf = registeredDocuments<InventoryEntry>({ collection, kind: 'inventory entry', audit, clock });

  const freshEntry = (source: string, app: StatedApp & Partial<Match>): InventoryEntry => {
    const now = clock.now();
    return { ...app, id: entryId(source, app.externalId), source, state: 'present', createdAt: now, updatedAt: now };
  };

  /** Stores one app as of now. The content decides whether it changed. */
  const stored = async (stated: InventoryEntry): Promise<Stored> => {
    const now = clock.now();
    const fresh = { ...stated, createdAt: now, updatedAt: now };
    const held = await collection.get(fresh.id);
    if (!held && (await tryInsert(collection, fresh))) return { change: 'created' };
    let done: Stored = { change: 'unchanged' };
    await update(collection, fresh.id, (before): InventoryEntry | undefined => {
      done = { change: changeOf(before, fresh), before };
      return done.change === 'changed'
        ? { ...fresh, ...keptChange(before, fresh), createdAt: before.createdAt }
        : undefined;
    });
    return done;
  };

  const leave = (id: string): Promise<unknown> =>
    update(collection, id, (one): InventoryEntry | undefined =>
      one.state === 'gone' ? undefined : { ...one, state: 'gone', updatedAt: clock.now() },
    );

  /** Imports and removals of one inventory change it one after the other. */
  const inTurn = <T>(source: string, work: (keep: KeepTurn) => Promise<T>): Promise<T> =>
    withMutex({ documents, clock }, `inventory ${source}`, work);

  /** Ids of the entries that have an open finding after the import. */
  const openAmong = async (entries: readonly InventoryEntry[]): Promise<ReadonlySet<string>> => {
    const some = entries.map(examinedEntry).filter(({ observed }) => observed.length > 0);
    const held = await findings.getMany(some.map(({ subject }) => findingId('unknown_app', subject)));
    const bySubject = new Map(held.map(({ document }) => [document.subject, document]));
    const open = some.filter((one) => isOpenAfter(bySubject.get(one.subject), 'unknown_app', one, clock.now()));
    return new Set(open.map(({ subject }) => subject));
  };

  /** The apps as entries, AT_ONCE at a time. `open`: ids of those with an open finding after the import. */
  async function* freshEntries(source: string, apps: readonly StatedApp[]): AsyncGenerator<Batch> {
    const matchOf = await matching.matchesOf(apps);
    for (let at = 0; at < apps.length; at += AT_ONCE) {
      const entries: InventoryEntry[] = [];
      for (const app of apps.slice(at, at + AT_ONCE))
        entries.push(freshEntry(source, { ...app, ...(await matchOf(app)) }));
      yield { entries, open: await openAmong(entries) };
    }
  }

  /** What an import of these batches would change now. */
  const planned = async (
    source: string,
    apps: readonly StatedApp[],
    batches: AsyncIterable<Batch> | Iterable<Batch>,
  ): Promise<ImportResult> => {
    const tally = importTally();
    for await (const { entries, open } of batches) {
      const held = await collection.getMany(entries.map(({ id }) => id));
      const byId = new Map(held.map(({ document }) => [document.id, document]));
      for (const entry of entries) {
        const before = byId.get(entry.id);
        tally.note({ entry, change: changeOf(before, entry), before, isFinding: open.has(entry.id) });
      }
      await pause();
    }
    const present = presentIn(source, apps);
    for await (const entry of everyDocument(collection, { where: { source }, limit: AT_ONCE }))
      if (entry.state === 'present' && !present.has(entry.id))
        tally.note({ entry: { ...entry, state: 'gone' }, change: 'gone', isFinding: false });
    return tally.result();
  };

  return {
    get: (id) => collection.get(id),

    list: ({ source, state, ...query }) => documentsOf.list(source === undefined ? {} : { source, state }, query),

    async preview(source, stated) {
      const apps = checkedApps(stated);
      return planned(source, apps, freshEntries(source, apps));
    },

    async importAll(source, stated, by, { format } = {}) {
      const apps = checkedApps(stated);
      return inTurn(source, async (keep) => {
        const batches: Batch[] = [];
        for await (const batch of freshEntries(source, apps)) {
          batches.push(batch);
          await keep();
        }
        const { created, changed, gone } = await planned(source, apps, batches);
        await audit.append({
          ...eventOf('inventory.imported', source, by),
          inputs: { apps: apps.length, created, changed, gone, ...(format === undefined ? {} : { format }) },
        });
        const tally = importTally();
        for (const { entries, open } of batches) {
          for (const entry of entries) {
            await keep();
            tally.note({ entry, ...(await stored(entry)), isFinding: open.has(entry.id) });
            await pause();
          }
        }
        const present = presentIn(source, apps);
        let waiting: Examined[] = [];
        for await (const entry of everyDocument(collection, { where: { source }, limit: AT_ONCE })) {
          await keep();
          const isGone = entry.state === 'present' && !present.has(entry.id);
          if (isGone) {
            tally.note({ entry: { ...entry, state: 'gone' }, change: 'gone', isFinding: false });
            await leave(entry.id);
          }
          waiting.push(examinedEntry(isGone ? { ...entry, state: 'gone' } : entry));
          if (waiting.length === MOST_EXAMINED) {
            await writer.keep(waiting);
            waiting = [];
          }
        }
        await writer.keep(waiting);
        return tally.result();
      });
    },

    removeAll: (source, by) =>
      inTurn(source, async (keep) => {
        const counts = { present: 0, gone: 0 };
        for await (const { state } of everyDocument(collection, { where: { source }, limit: AT_ONCE }))
          counts[state] += 1;
        const { present: apps, gone } = counts;
        if (apps + gone === 0) throw documentRefusal('document_not_found', { params: { kind: 'inventory' } });
        await audit.append({ ...eventOf('inventory.removed', source, by), inputs: { apps, gone } });
        let waiting: InventoryEntry[] = [];
        const removeThem = async (): Promise<void> => {
          await keep();
          // Gone before its findings are resolved: the examination of all findings then opens none again.
          await Promise.all(waiting.map(({ id }) => leave(id)));
          await writer.keep(waiting.map((entry) => examinedEntry({ ...entry, state: 'gone' })));
          await Promise.all(waiting.map(({ id }) => collection.take(id)));
          waiting = [];
          await pause();
        };
        for await (const entry of everyDocument(collection, { where: { source }, limit: AT_ONCE })) {
          waiting.push(entry);
          if (waiting.length === MOST_EXAMINED) await removeThem();
        }
        await removeThem();
      }),
  };
};

/** The usual members of an event about an inventory. */
const eventOf = (type: 'inventory.imported' | 'inventory.removed', source: string, by: By) => ({
  ...{ type, outcome: 'done' as const, caller: by.caller, target: { kind: 'inventory' as const, id: source } },
  ...(by.request === undefined ? {} : { request: by.request }),
  ...(by.source === undefined ? {} : { personal: { source: by.source } }),
});

type Batch = { readonly entries: readonly InventoryEntry[]; readonly open: ReadonlySet<string> };

/** What the store of one app changed. `before`: as it was. */
type Stored = { readonly change: EntryChange; readonly before?: InventoryEntry };

const changeOf = (before: InventoryEntry | undefined, fresh: InventoryEntry): EntryChange => {
  if (before === undefined) return 'created';
  return before.state === 'gone' || contentOf(before) !== contentOf(fresh) ? 'changed' : 'unchanged';
};

const presentIn = (source: string, apps: readonly StatedApp[]): ReadonlySet<string> =>
  new Set(apps.map(({ externalId }) => entryId(source, externalId)));

/** The apps with the addresses that stay. Throws 'invalid_field' for an id that is there twice. */
const checkedApps = (stated: readonly StatedApp[]): readonly StatedApp[] => {
  const seen = new Set<string>();
  const twice = stated.findIndex(({ externalId }) => seen.size === seen.add(externalId).size);
  if (twice !== -1) throw findingRefusal('inventory_id_repeated', { field: `/apps/${twice}/external_id` });
  return stated.map(withWebAddresses);
};

/** An app may state any text as an address, and a secret within it. */
const withWebAddresses = ({ urls: stated = [], ...app }: StatedApp): StatedApp => {
  const urls = webAddresses(stated);
  return { ...app, ...(urls.length === 0 ? {} : { urls }) };
};

/** What an import states of an app, and what it matches here. */
const contentOf = (entry: InventoryEntry): string => {
  const { id: _, source: __, state: ___, createdAt: ____, updatedAt: _____, ...kept } = entry;
  const { addedScopes: ______, removedScopes: _______, ...stated } = kept;
  return JSON.stringify(Object.entries(stated).sort(([one], [other]) => (one < other ? -1 : 1)));
};
