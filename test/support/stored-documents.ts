/** What lies in the stores of a running server, by table or collection; without the audit log, which grows by design. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RunningServer } from './running-server.ts';

export type StoredRows = Readonly<Record<string, number>>;

/**
 * Tables that hold the audit log, what follows from it a second later (figures, findings, uses of scopes, responses), and heartbeats of nodes, which come and go: they
 * are bounded by other rules.
 */
const OF_AUDIT =
  /audit|checkpoint|refusal|outcome|notification|changes|collections|nodes|findings|client_activity|agent_facts|person_facts|fleet_networks|scope_use|response|discovery/;

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

/**
 * The same of a server in this process, on SQLite or on store servers. What is kept for a while is `ephemeral` in all of them.
 * Redis removes it by its own clock, not by that of the test.
 */
export const storedIn = async ({
  part,
  dataFolder,
}: Pick<RunningServer, 'part' | 'dataFolder'>): Promise<StoredRows> =>
  part
    ? Object.fromEntries(Object.entries(await part.rows()).filter(([name, rows]) => !OF_AUDIT.test(name) && rows > 0))
    : storedRows(dataFolder);
