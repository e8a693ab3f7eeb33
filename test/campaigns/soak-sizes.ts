/** What stands in the stores of a server, read beside it: rows and expired rows by collection, and bytes without the audit log. */
import { DatabaseSync } from 'node:sqlite';
import { MongoClient } from 'mongodb';
import { LEFT_BEHIND, MOVED } from '../../src/compose/collections.ts';
import { APPROVALS } from '../../src/domain/approvals/approval.ts';
import { AUDIT_RECORDS } from '../../src/domain/audit/audit-record.ts';
import type { CollectionDeclaration } from '../../src/domain/ports/document-store.ts';

export type Sizes = {
  /** Without the audit log. */
  readonly rows: Readonly<Record<string, number>>;
  /** Rows whose end was before the moment that was asked for, by collection; none are left out. */
  readonly expired: Readonly<Record<string, number>>;
  /** Pages in use without those of the audit log; SQLite alone. */
  readonly bytes?: number;
  /** Of the database file; SQLite alone. */
  readonly fileBytes?: number;
};

export type Scales = {
  /** `before`: epoch second. `keptSeconds`: how long approvals are kept. */
  weigh(before: number): Promise<Sizes>;
  close(): Promise<void>;
};

const AUDIT = AUDIT_RECORDS.name;
const DECLARED: readonly CollectionDeclaration[] = [...MOVED, ...LEFT_BEHIND].filter(({ name }) => name !== AUDIT);
/** Approvals end, too, some time after their field says so: their service removes them. */
const endOf = ({ name, expiresAt }: CollectionDeclaration): string | undefined =>
  name === APPROVALS.name ? 'expiresAt' : expiresAt;
const EPHEMERAL = 'ephemeral';

type Counted = readonly [name: string, rows: number, expired: number];

const sizesOf = (counted: readonly Counted[]): Pick<Sizes, 'rows' | 'expired'> => ({
  rows: Object.fromEntries(counted.map(([name, rows]) => [name, rows] as const).filter(([, rows]) => rows > 0)),
  expired: Object.fromEntries(
    counted.map(([name, , expired]) => [name, expired] as const).filter(([, rows]) => rows > 0),
  ),
});

/** The file is read by this process alone; the server goes on writing. */
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
        const { name } = declaration;
        const end = endOf(declaration);
        const until = name === APPROVALS.name ? before - keptSeconds : before;
        const isOver = `SELECT count(*) FROM "c_${name}" WHERE "f_${end}" < ?`;
        return [name, numberOf(`SELECT count(*) FROM "c_${name}"`), end === undefined ? 0 : numberOf(isOver, until)];
      });
      counted.push([
        EPHEMERAL,
        numberOf('SELECT count(*) FROM ephemeral'),
        numberOf('SELECT count(*) FROM ephemeral WHERE ends_at < ?', before * 1000),
      ]);
      const pageBytes = numberOf('PRAGMA page_size');
      const used = (numberOf('PRAGMA page_count') - numberOf('PRAGMA freelist_count')) * pageBytes;
      const ofAudit = numberOf(
        `SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = 'c_${AUDIT}' OR tbl_name LIKE 'l_${AUDIT}%')`,
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
  return {
    async weigh(before) {
      const counted: Counted[] = [];
      for (const declaration of DECLARED) {
        const { name } = declaration;
        const end = endOf(declaration);
        const until = name === APPROVALS.name ? before - keptSeconds : before;
        const stored = database.collection(name);
        const expired =
          end === undefined ? 0 : await stored.countDocuments({ [`fields.${end}`]: { $gte: 0, $lt: until } });
        counted.push([name, await stored.countDocuments(), expired]);
      }
      return sizesOf(counted);
    },
    close: () => client.close(),
  };
};
