/** One collection in its table. Every read and write is one statement; unknown outcomes of writes are read back. document-store.ts creates it. */
import {
  type Collection,
  type Document,
  DocumentConflict,
  type OnUnreadable,
  type Versioned,
} from '../../src/domain/ports/document-store.ts';
import { indexComparison } from '../../src/domain/ports/index-comparison.ts';
import type { Preparation } from '../../src/domain/ports/preparation.ts';
import { readableList } from '../../src/domain/ports/readable-list.ts';
import {
  type CheckedQuery,
  type CollectionRules,
  checkIds,
  checkQuery,
  deepFrozen,
  isPossibleId,
  storedBody,
} from '../../src/domain/ports/store-rules.ts';
import { isDuplicate, type PostgresqlConnection } from './connection.ts';
import { findStatement, readColumns } from './find-statement.ts';
import { readBack } from './read-back.ts';
import type { Statement } from './statement.ts';
import { fieldKey, keyOf, type StoredRow, storedRow } from './stored-row.ts';
import { tableOf } from './tables.ts';

type Row = { readonly id: string; readonly version: string; readonly body: string; readonly fields?: Fields };
type Fields = Readonly<Record<string, unknown>>;

/** One statement that inserts all rows, or none. Its values: `rowValues`. */
export const insertionOf = (collection: string, from = 1): string =>
  `INSERT INTO ${tableOf(collection)} (id, version, body, fields)
   SELECT id, 1, body, fields FROM unnest($${from}::text[], $${from + 1}::text[], $${from + 2}::jsonb[]) AS new (id, body, fields)`;

export const rowValues = (rows: readonly StoredRow[]): readonly (readonly string[])[] => [
  rows.map(({ id }) => id),
  rows.map(({ body }) => body),
  rows.map(({ fields }) => fields),
];

export const takenIn = (collection: string, cause?: unknown): DocumentConflict =>
  new DocumentConflict(`${collection}: the id or a unique key is taken`, cause === undefined ? undefined : { cause });

const byId = (one: StoredRow, other: StoredRow): number => (one.id < other.id ? -1 : 1);

export const collectionOver = <T extends Document>(
  connection: PostgresqlConnection,
  rules: CollectionRules,
  { prepared, onUnreadable }: { readonly prepared: Preparation; readonly onUnreadable: OnUnreadable | undefined },
): Collection<T> => {
  const table = tableOf(rules.name);

  const called = <R>(work: () => Promise<R>): Promise<R> =>
    connection.call(async () => {
      if (!prepared.isDone()) await prepared();
      return work();
    });
  const run: Statement = (text, values) => called(() => connection.query(text, values));

  /** Runs one statement that stores rows. Resolves with how many it stored. */
  const store = (rows: readonly StoredRow[], text: string, values: readonly unknown[]): Promise<number | null> =>
    called(async () => {
      const work = async (): Promise<number | null> => (await connection.query(text, values)).rowCount;
      return readBack(connection, work, new Map([[rules.name, rows]]), rows.length).catch((error: unknown) => {
        throw isDuplicate(error) ? takenIn(rules.name, error) : error;
      });
    });

  /** `id` where the caller asked for it. */
  const versioned = (row: Row, id?: string): Versioned<T> | undefined => {
    const document = storedBody<T>(rules, row.body, id, onUnreadable);
    if (!document) return undefined;
    const { fields } = row;
    const compared =
      fields === undefined
        ? {}
        : indexComparison(
            rules,
            document,
            row.id === keyOf(document.id) ? document.id : row.id,
            (field, value) => fields[field] === (value === undefined ? undefined : fieldKey(value)),
          );
    return deepFrozen({ document, version: Number(row.version), ...compared });
  };

  const findAll = (query: CheckedQuery): Promise<readonly Versioned<T>[]> =>
    readableList(query.limit, async (limit) => {
      const { sql, values } = findStatement(rules, { ...query, limit });
      const rows = (await run(sql, values)).rows as readonly Row[];
      return rows.map((row) => versioned(row));
    });

  return {
    async insert(document) {
      const row = storedRow(rules, document);
      // A statement that fails would cost the server a line of its log.
      const sql = `INSERT INTO ${table} (id, version, body, fields) VALUES ($1, 1, $2, $3) ON CONFLICT DO NOTHING`;
      if ((await store([row], sql, [row.id, row.body, row.fields])) !== 1) throw takenIn(rules.name);
    },
    async insertMany(documents) {
      // In the order of the ids, as `commit` does: two writers of the same documents then wait for each other in turn.
      const rows = documents.map((document) => storedRow(rules, document)).sort(byId);
      if (rows.length === 0) return connection.assertOpen();
      await store(rows, insertionOf(rules.name), rowValues(rows));
    },
    async get(id) {
      if (!isPossibleId(id)) return undefined;
      const { rows } = await run(`SELECT ${readColumns(rules)} FROM ${table} WHERE id = $1`, [keyOf(id)]);
      return rows[0] && versioned(rows[0] as Row, id);
    },
    async getMany(ids) {
      const possible = checkIds(ids);
      const keys = possible.map(keyOf);
      const { rows } = await run(`SELECT ${readColumns(rules)} FROM ${table} WHERE id = ANY ($1::text[])`, [keys]);
      const found = new Map((rows as readonly Row[]).map((row) => [row.id, row]));
      return possible.flatMap((id, at) => {
        const row = found.get(keys[at] ?? '');
        return (row && versioned(row, id)) ?? [];
      });
    },
    async replace(document, expected) {
      const row = storedRow(rules, document);
      const sql = `UPDATE ${table} SET version = version + 1, body = $3, fields = $4 WHERE id = $1 AND version = $2`;
      return (await store([row], sql, [row.id, expected, row.body, row.fields])) === 1;
    },
    /** If the answer is lost, no caller gets the document, and this one gets `unavailable`. */
    async take(id) {
      if (!isPossibleId(id)) return undefined;
      const { rows } = await run(`DELETE FROM ${table} WHERE id = $1 RETURNING body`, [keyOf(id)]);
      return rows[0] && storedBody<T>(rules, String(rows[0]['body']), id, onUnreadable);
    },
    async find(query) {
      const checked = checkQuery(rules, query);
      connection.assertOpen();
      return checked ? findAll(checked) : [];
    },
  };
};
