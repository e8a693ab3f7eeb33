import {
  type Collection,
  type CollectionDeclaration,
  type Document,
  DocumentConflict,
  type DocumentStore,
  type Query,
  StoreUnavailable,
  type Versioned,
} from '../../../src/domain/ports/document-store.ts';

type Row = { readonly text: string; readonly version: number };

/**
 * A document store in memory whose writes can be made to fail: `before` nothing is stored, `after` it is
 * stored and the answer is lost, `half` the first half is stored. Counts writes; each takes a turn of the event loop.
 */
export const fakeStore = () => {
  const faults: ('before' | 'after' | 'half')[] = [];
  const rows = new Map<string, Row>();
  const counts = { writes: 0, finds: 0 };
  const unique = new Map<string, string>();
  let beforeWrite: (() => void) | undefined;
  const read = (id: string) => {
    const row = rows.get(id);
    return row && { document: JSON.parse(row.text), version: row.version };
  };
  const keyOf = (document: Record<string, unknown>) => JSON.stringify([document['stream'], document['sequence']]);
  const put = (document: Document) => {
    const key = keyOf(document as never);
    if (rows.has(document.id) || unique.has(key)) throw new DocumentConflict('taken');
    rows.set(document.id, { text: JSON.stringify(document), version: 1 });
    unique.set(key, document.id);
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  const collection: Collection<never> = {
    insert: (document) => collection.insertMany([document]),
    async insertMany(documents: readonly Document[]) {
      counts.writes += 1;
      const fault = faults.shift();
      await turn();
      beforeWrite?.();
      if (fault === 'before') throw new StoreUnavailable('failed');
      for (const document of fault === 'half' ? documents.slice(0, documents.length / 2) : documents) put(document);
      await turn();
      if (fault) throw new StoreUnavailable('failed');
    },
    get: async (id) => read(id) as never,
    getMany: async (ids) => ids.map(read).filter((found) => found !== undefined) as never,
    async replace(document: Document, expected) {
      if (rows.get(document.id)?.version !== expected) return false;
      rows.set(document.id, { text: JSON.stringify(document), version: expected + 1 });
      return true;
    },
    async take(id) {
      const found = read(id);
      rows.delete(id);
      return found?.document;
    },
    async find(query: Query) {
      counts.finds += 1;
      await turn();
      const by = query.order?.by ?? 'id';
      const sign = query.order?.direction === 'descending' ? -1 : 1;
      const compare = (one: Record<string, unknown>, other: Record<string, unknown>): number => {
        for (const field of [by, 'id']) {
          if ((one[field] as string) < (other[field] as string)) return -sign;
          if ((one[field] as string) > (other[field] as string)) return sign;
        }
        return 0;
      };
      const { where = {}, range, after, limit = 100 } = query;
      const found = [...rows.keys()]
        .map((id) => read(id) as Versioned<Record<string, unknown>>)
        .filter(({ document }) => Object.entries(where).every(([name, value]) => document[name] === value))
        .filter(({ document }) => {
          const value = range && (document[range.field] as number);
          return value === undefined || (value >= (range?.gte ?? value) && value <= (range?.lte ?? value));
        })
        .filter(({ document }) => !after || compare({ [by]: after.value, id: after.id }, document) < 0)
        .toSorted((one, other) => compare(one.document, other.document));
      return found.slice(0, limit) as never;
    },
  };

  const store: DocumentStore = {
    collection: <T extends Document>(_: CollectionDeclaration) => collection as unknown as Collection<T>,
    expiring: () => [],
    sweep: async () => ({ removed: 0, isDone: true }),
    countExpired: async () => 0,
    close: async () => undefined,
  };
  return {
    store,
    rows,
    faults,
    counts,
    /** Runs in each write before anything is stored: to let another writer come between. */
    onWrite: (run: (() => void) | undefined) => {
      beforeWrite = run;
    },
    put,
  };
};
