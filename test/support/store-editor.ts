/** An editor of the database beside the server: what an account of the database, or a stranger with its file, can change. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { MongoClient } from 'mongodb';

type Row = Readonly<Record<string, unknown>>;

export type StoreEditor = {
  /** A row as the database has it. Throws when there is none. */
  row(id: string): Promise<Row>;
  /** Writes a row in the place of the one with this id; the version too, so that nothing shows but what was changed. */
  put(id: string, row: Row): Promise<void>;
  /** The row with another value in the index of a field; undefined: none. The document stays. */
  reindexed(row: Row, field: string, value: string | undefined): Row;
  close(): Promise<void>;
};

/** The row with another document. */
export const rewritten = (row: Row, change: (document: Record<string, unknown>) => unknown): Row => ({
  ...row,
  body: JSON.stringify(change(JSON.parse(String(row['body'])))),
});

export const sqliteEditor = (file: string, collection: string): StoreEditor => {
  const database = new DatabaseSync(file, { timeout: 10_000 });
  return {
    async row(id) {
      const found = database.prepare(`SELECT * FROM "c_${collection}" WHERE id = ?`).get(id);
      if (!found) throw new Error(`no row ${id}`);
      return { ...found };
    },
    async put(id, row) {
      const columns = Object.keys(row);
      database
        .prepare(`UPDATE "c_${collection}" SET ${columns.map((column) => `"${column}" = ?`).join(', ')} WHERE id = ?`)
        .run(...columns.map((column) => row[column] as SQLInputValue), id);
    },
    reindexed: (row, field, value) => ({ ...row, [`f_${field}`]: value ?? null }),
    close: async () => database.close(),
  };
};

export const mongodbEditor = async (url: string, collection: string): Promise<StoreEditor> => {
  const client = await new MongoClient(url).connect();
  const rows = client.db().collection<{ _id: string }>(collection);
  return {
    async row(id) {
      const found = await rows.findOne({ _id: id });
      if (!found) throw new Error(`no row ${id}`);
      return found;
    },
    async put(id, { _id, ...row }) {
      await rows.replaceOne({ _id: id }, row);
    },
    reindexed(row, field, value) {
      const { [field]: _, ...others } = row['fields'] as Row;
      return { ...row, fields: value === undefined ? others : { ...others, [field]: value } };
    },
    close: () => client.close(),
  };
};
