/** What stands in the stores of a server, read beside it: rows, expired and endless rows by collection, and bytes without the audit log. */
import { DatabaseSync } from 'node:sqlite';
import { MongoClient } from 'mongodb';
import { COLLECTIONS } from '../../src/compose/collections.ts';
import { AUDIT_RECORDS } from '../../src/domain/audit/audit-record.ts';
import { AUDIT_SEARCH_INDEX, AUDIT_SEARCH_POSTINGS } from '../../src/domain/audit/search/search-documents.ts';
import { LOG_BUNDLES, LOG_TILES } from '../../src/domain/audit/transparency-log/log-documents.ts';
import type { OwnedCollection } from '../../src/domain/ports/owned-collection.ts';

export type Sizes = {
  /** Without the audit log. */
  readonly rows: Readonly<Record<string, number>>;
  /** Rows whose end was before the moment that was asked for, by collection; none are left out. */
  readonly expired: Readonly<Record<string, number>>;
  /** Rows without a moment from which they may be removed, by collection. */
  readonly endless: Readonly<Record<string, number>>;
  /** Pages in use without those of the audit log; SQLite alone. */
  readonly bytes?: number;
  /** Of the database file; SQLite alone. */
  readonly fileBytes?: number;
};

export type Scales = {
  /** `before`: epoch second. */
  weigh(before: number): Promise<Sizes>;
  close(): Promise<void>;
};

/** What grows with each event, and stays as long as the records do. */
const AUDIT_LOG: readonly string[] = [
  AUDIT_RECORDS,
  AUDIT_SEARCH_INDEX,
  AUDIT_SEARCH_POSTINGS,
  LOG_BUNDLES,
  LOG_TILES,
].map(({ name }) => name);
const ALL: readonly OwnedCollection[] = COLLECTIONS;
const DECLARED = ALL.filter(({ name }) => !AUDIT_LOG.includes(name));
/** Their services remove them, some time after `expiresAt` of the document; by the member that is named. */
const KEPT: ReadonlyMap<string, string> = new Map(
  ALL.flatMap(({ name, retention }) =>
    retention.removedBy === 'own sweep' ? [[name, retention.endsAt] as const] : [],
  ),
);
const EPHEMERAL = 'ephemeral';

type Counted = readonly [name: string, rows: number, expired: number, endless: number];

const present = (counts: readonly (readonly [name: string, rows: number])[]): Readonly<Record<string, number>> =>
  Object.fromEntries(counts.filter(([, rows]) => rows > 0));

const sizesOf = (counted: readonly Counted[]): Pick<Sizes, 'rows' | 'expired' | 'endless'> => ({
  rows: present(counted.map(([name, rows]) => [name, rows])),
  expired: present(counted.map(([name, , expired]) => [name, expired])),
  endless: present(counted.map(([name, , , endless]) => [name, endless])),
});

/** The file is read by this process alone; the server goes on writing. `keptSeconds`: how long approvals and delegations are kept. */
export const sqliteScales = (file: string, keptSeconds: number): Scales => {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  const numberOf = (sql: string, ...values: readonly number[]): number =>
    Number(Object.values(database.prepare(sql).get(...values) ?? {})[0] ?? 0);

  return {
    async weigh(before) {
      const tables = new Set(
        database
          .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
          .all()
          .map(({ name }) => String(name)),
      );
      const counted = DECLARED.filter(({ name }) => tables.has(`c_${name}`)).map((declaration): Counted => {
        const { name, expiresAt } = declaration;
        const rows = numberOf(`SELECT count(*) FROM "c_${name}"`);
        const end = KEPT.get(name);
        if (end !== undefined) {
          const isOver = `SELECT count(*) FROM "c_${name}" WHERE json_extract(body, '$.expiresAt') < ?`;
          const isEndless = `SELECT count(*) FROM "c_${name}" WHERE json_extract(body, '$.${end}') IS NULL`;
          return [name, rows, numberOf(isOver, before - keptSeconds), numberOf(isEndless)];
        }
        if (expiresAt === undefined) return [name, rows, 0, rows];
        const isOver = `SELECT count(*) FROM "c_${name}" WHERE "f_${expiresAt}" < ?`;
        return [name, rows, numberOf(isOver, before), 0];
      });
      counted.push([
        EPHEMERAL,
        numberOf('SELECT count(*) FROM ephemeral'),
        numberOf('SELECT count(*) FROM ephemeral WHERE ends_at < ?', before * 1000),
        0,
      ]);
      const pageBytes = numberOf('PRAGMA page_size');
      const used = (numberOf('PRAGMA page_count') - numberOf('PRAGMA freelist_count')) * pageBytes;
      const tablesOfAudit = AUDIT_LOG.map((name) => `tbl_name = 'c_${name}' OR tbl_name LIKE 'l_${name}%'`).join(
        ' OR ',
      );
      const ofAudit = numberOf(
        `SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE ${tablesOfAudit})`,
      );
      return {
        ...sizesOf(counted),
        bytes: used - ofAudit,
        fileBytes: numberOf('PRAGMA page_count') * pageBytes,
      };
    },
    async close() {
      database.close();
    },
  };
};

export const mongodbScales = async (url: string, keptSeconds: number): Promise<Scales> => {
  const client = await new MongoClient(url).connect();
  const database = client.db();
  const countedOf = async ({ name, expiresAt }: OwnedCollection, before: number): Promise<Counted> => {
    const stored = database.collection(name);
    const rows = await stored.countDocuments();
    const end = KEPT.get(name);
    if (end !== undefined) {
      const found = await stored.find({}, { projection: { body: 1 } }).toArray();
      const all = found.map(({ body }) => JSON.parse(String(body)) as Readonly<Record<string, number>>);
      const expired = all.filter(({ expiresAt: at = 0 }) => at < before - keptSeconds).length;
      return [name, rows, expired, all.filter((one) => one[end] === undefined).length];
    }
    if (expiresAt === undefined) return [name, rows, 0, rows];
    return [name, rows, await stored.countDocuments({ [`fields.${expiresAt}`]: { $gte: 0, $lt: before } }), 0];
  };
  return {
    async weigh(before) {
      const counted: Counted[] = [];
      for (const declaration of DECLARED) counted.push(await countedOf(declaration, before));
      return sizesOf(counted);
    },
    close: () => client.close(),
  };
};
