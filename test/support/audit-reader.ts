/**
 * The audit log of a server in this process as its store holds it. The audit log's own list checks the digest of each record
 * that it returns. A test that asks after each request what was recorded would spend most of its time on those checks.
 *
 * Findings arise a moment after what they are about. Events about them are left out, unless a test asks for their type.
 */

import type { AuditEvent, AuditEventType } from '../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../../src/domain/audit/audit-record.ts';
import type {
  Collection,
  CollectionDeclaration,
  Document,
  DocumentStore,
  Versioned,
} from '../../src/domain/ports/document-store.ts';
import { throughInserts } from './through-inserts.ts';

export interface AuditReader {
  /** The same store; the reader learns through it which records the server appends. */
  watched(store: DocumentStore): DocumentStore;

  /** The newest 1000 events of a type, or of all, oldest first. */
  events(type?: AuditEventType): Promise<readonly AuditEvent[]>;

  /** How many records the server has appended since its start. */
  appended(): number;

  /** The events of the records that it appended after so many, oldest first. */
  since(appended: number): Promise<readonly AuditEvent[]>;
}

/** Records read at a time. */
const PAGE = 1000;

export const auditReader = (): AuditReader => {
  let records: Collection<AuditRecord> | undefined;
  const ids: string[] = [];

  const stored = (): Collection<AuditRecord> => {
    if (!records) throw new Error('the server has no audit log yet');
    return records;
  };

  const note = (documents: readonly Document[]): void => {
    for (const document of documents)
      if (!isFinding(document as Document & Pick<AuditRecord, 'type'>)) ids.push(document.id);
  };

  return {
    watched: (store) => ({
      ...store,
      ...throughInserts(
        store,
        (commit) => commit(),
        () => undefined,
        (inserted) => note(inserted.filter((one) => one.collection === AUDIT_RECORDS.name).map((one) => one.document)),
      ),
      collection<T extends Document>(declaration: CollectionDeclaration): Collection<T> {
        const collection = store.collection<T>(declaration);
        if (declaration.name !== AUDIT_RECORDS.name) return collection;
        records = collection as unknown as Collection<AuditRecord>;
        return {
          ...collection,
          async insert(document: T) {
            await collection.insert(document);
            note([document]);
          },
          async insertMany(documents: readonly T[]) {
            await collection.insertMany(documents);
            note(documents);
          },
        };
      },
    }),
    async events(type) {
      const where = type === undefined ? {} : { type };
      const order = { by: 'at', direction: 'descending' } as const;
      const found = await stored().find({ where, order, limit: PAGE });
      return found
        .filter(({ document }) => type !== undefined || !isFinding(document))
        .map(eventOf)
        .reverse();
    },
    appended: () => ids.length,
    async since(appended) {
      const found: Versioned<AuditRecord>[] = [];
      for (let from = appended; from < ids.length; from += PAGE) {
        found.push(...(await stored().getMany(ids.slice(from, from + PAGE))));
      }
      return found.sort(byTime).map(eventOf);
    },
  };
};

const isFinding = ({ type }: Pick<AuditRecord, 'type'>): boolean => type.startsWith('finding.');

const byTime = ({ document: one }: Versioned<AuditRecord>, { document: other }: Versioned<AuditRecord>): number =>
  one.at - other.at || (one.id < other.id ? -1 : 1);

/** With those personal values that were not erased, as the audit log lists it. */
const eventOf = ({ document: { event, erasable = {} } }: Versioned<AuditRecord>): AuditEvent => {
  const { personal: _, ...rest } = event;
  const kept = Object.entries(erasable).map(([name, { value }]) => [name, value]);
  return kept.length > 0 ? { ...rest, personal: Object.fromEntries(kept) } : rest;
};
