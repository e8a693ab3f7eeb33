/** What lies in the SQLite file of a running server, by table; without the audit log, which grows by design. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type StoredRows = Readonly<Record<string, number>>;

/** Tables that hold the audit log and figures about it: they are bounded by other rules. */
const OF_AUDIT = /audit|checkpoint|refusal|outcome|notice|changes|collections/;

/** Rows of each table that has any. The file may be open in the server. */
export const storedRows = (dataFolder: string): StoredRows => {
  const database = new DatabaseSync(join(dataFolder, 'behalf.db'), { readOnly: true, timeout: 5000 });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
    return Object.fromEntries(
      tables
        .map(({ name }) => [
          name,
          (database.prepare(`SELECT count(*) AS rows FROM "${name}"`).get() as { rows: number }).rows,
        ])
        .filter(([name, rows]) => !OF_AUDIT.test(String(name)) && Number(rows) > 0),
    ) as StoredRows;
  } finally {
    database.close();
  }
};
