import {
  type Document,
  type DocumentStore,
  type Insertion,
  isDocumentConflict,
  isStoreUnavailable,
  StoreUnavailable,
} from '../../src/domain/ports/document-store.ts';
import type { CollectionRules } from '../../src/domain/ports/store-rules.ts';
import { insertionOf, rowValues, takenIn } from './collection.ts';
import { isDeadlock, isDuplicate, type PostgresqlConnection } from './connection.ts';
import { readBack } from './read-back.ts';
import type { Statement } from './statement.ts';
import { fieldKey, type StoredRow, storedRow } from './stored-row.ts';
import { tableOf } from './tables.ts';

type Inserted = { readonly collection: string; readonly key: string; readonly row: StoredRow };

/** Each lost round is a conflict with another writer that the round before did not know. */
const MOST_ROUNDS = 50;

/**
 * `commit` over a server. The work runs here and notes what it inserts; then one statement inserts all of it. If something is
 * taken, nothing was stored: the work runs again, and learns of the conflict where it inserts. The result is that of the run whose insertions
 * were stored. Throws StoreUnavailable after 50 rounds.
 */
export const commitOver = (
  connection: PostgresqlConnection,
  known: (collection: string) => { readonly rules: CollectionRules; prepared(): Promise<void> } | undefined,
): NonNullable<DocumentStore['commit']> => {
  /** Runs the work with what is known to be taken. */
  const noted = <R>(work: (insert: (insertion: Insertion) => void) => R, taken: ReadonlySet<string>) => {
    const inserted: Inserted[] = [];
    const own = new Set<string>();
    const result = work(({ collection, document }) => {
      const rules = known(collection)?.rules;
      if (!rules) throw new TypeError(`collection ${collection} was not declared`);
      const row = storedRow(rules, document);
      const keys = [keyIn(collection, row.id), ...uniqueKeys(rules, document)];
      if (keys.some((key) => taken.has(key) || own.has(key))) throw takenIn(collection);
      for (const key of keys) own.add(key);
      inserted.push({ collection, key: keyIn(collection, row.id), row });
    });
    return { result, inserted: inserted.sort(byKey) };
  };

  /** The keys among them that are taken, as far as it is known. Empty when the other writer's document is gone again. */
  const conflicts = async (inserted: readonly Inserted[]): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const [collection, rows] of byCollection(inserted)) {
      const ids = [rows.map(({ id }) => id)];
      const stored = await connection.query(`SELECT id FROM ${tableOf(collection)} WHERE id = ANY ($1::text[])`, ids);
      for (const { id } of stored.rows) found.push(keyIn(collection, String(id)));
    }
    return found.length > 0 ? found : firstConflict(inserted);
  };

  /** By a unique key: inserts them one by one, up to the first that is refused, and keeps none. */
  const firstConflict = async (inserted: readonly Inserted[]): Promise<readonly string[]> => {
    const refusedIn = async (query: Statement): Promise<string | undefined> => {
      for (const { collection, key, row } of inserted) {
        const { rowCount } = await query(`${insertionOf(collection)} ON CONFLICT DO NOTHING`, rowValues([row]));
        if (rowCount !== 1) return key;
      }
      return undefined;
    };
    const first = await connection.together(async (query) => {
      await query('BEGIN');
      const refused = await refusedIn(query);
      await query('ROLLBACK');
      return refused;
    });
    return first === undefined ? [] : [first];
  };

  const commit = async <R>(work: (insert: (insertion: Insertion) => void) => R): Promise<R> => {
    const taken = new Set<string>();
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const { result, inserted } = failing(() => noted(work, taken));
      if (inserted.length === 0) return result;
      const groups = byCollection(inserted);
      await Promise.all([...groups.keys()].map((collection) => known(collection)?.prepared()));
      try {
        const values = [...groups.values()].flatMap(rowValues);
        const store = async (): Promise<R> => {
          await connection.query(statementOf([...groups.keys()]), values);
          return result;
        };
        return await readBack(connection, store, groups, result);
      } catch (error) {
        if (isDeadlock(error)) continue;
        if (!isDuplicate(error)) throw error;
      }
      for (const key of await conflicts(inserted)) taken.add(key);
    }
    throw new StoreUnavailable(`gave up on a commit after ${MOST_ROUNDS} conflicts`);
  };

  return (work) => connection.call(() => commit(work));
};

const keyIn = (collection: string, id: string): string => `${collection} ${id}`;

/** All writers insert in this order, so that none waits for another that waits for it. */
const byKey = (one: Inserted, other: Inserted): number => (one.key < other.key ? -1 : 1);

const byCollection = (inserted: readonly Inserted[]): ReadonlyMap<string, readonly StoredRow[]> => {
  const groups = new Map<string, StoredRow[]>();
  for (const { collection, row } of inserted) groups.set(collection, [...(groups.get(collection) ?? []), row]);
  return groups;
};

/** One statement, so that it is one transaction and one wait. */
const statementOf = (collections: readonly string[]): string =>
  `WITH ${collections.map((collection, at) => `part_${at} AS (${insertionOf(collection, 3 * at + 1)})`).join(', ')} SELECT 1`;

/** The unique keys that a document takes, so that a work that takes one twice learns it. */
const uniqueKeys = (rules: CollectionRules, document: Document): readonly string[] =>
  rules.indexes.flatMap(({ unique, fields }) => {
    const values = fields.map((field) => Reflect.get(document, field) as string | number | boolean | null | undefined);
    if (unique !== true || values.some((value) => value === undefined || value === null)) return [];
    return [`${rules.name} ${fields.join(',')} ${JSON.stringify(values.map((value) => fieldKey(value ?? '')))}`];
  });

/** What the work throws, as the port names it. */
const failing = <R>(work: () => R): R => {
  try {
    return work();
  } catch (cause) {
    throw isDocumentConflict(cause) || isStoreUnavailable(cause)
      ? cause
      : new StoreUnavailable('a commit failed', { cause });
  }
};
