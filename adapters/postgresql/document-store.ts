import type { QueryResult } from 'pg';
import { declaredCollections } from '../../src/domain/ports/declared-collections.ts';
import type {
  Collection,
  CollectionDeclaration,
  Document,
  DocumentStore,
  OnUnreadable,
} from '../../src/domain/ports/document-store.ts';
import { StoreUnavailable } from '../../src/domain/ports/document-store.ts';
import { type Preparation, preparation } from '../../src/domain/ports/preparation.ts';
import type { StoreConfirmation } from '../../src/domain/ports/store-confirmation.ts';
import type { CollectionRules } from '../../src/domain/ports/store-rules.ts';
import { collectionOver } from './collection.ts';
import { commitOver } from './commit.ts';
import { type Heartbeats, heartbeats } from './heartbeats.ts';
import { connectionOf, type PostgresqlSource, type SharedConnection } from './shared-connection.ts';
import { fieldKey } from './stored-row.ts';
import { ensureTable, fieldOf, tableOf } from './tables.ts';
import { turns } from './turns.ts';

export type PostgresqlDocumentStore = DocumentStore & {
  /** Whether the schema held no data of Behalf before. */
  readonly isNew: boolean;
  /** Resolves when the collections declared so far have their tables. Throws StoreUnavailable when one cannot be made. */
  ready(): Promise<void>;
  /** Why PostgreSQL is unavailable now, or undefined. */
  check(): Promise<string | undefined>;
  /**
   * Sends heartbeats until `close`, and says whether the store may be answered from. Call it once. `changed`: the problem, whenever there
   * is one or none any more.
   */
  confirm(changed: (problem: string | undefined) => void): ServingConfirmation;
  /** For what else this process keeps in the same schema: a part of the same pool, which its user closes. */
  connection(): SharedConnection;
};

export interface ServingConfirmation extends StoreConfirmation {
  /** Whether it knows of promotions, and that no node answers from the server before one. */
  isKept(): boolean;
  /** Resolves when the process may answer, or has no confirmation yet. */
  ready(): Promise<void>;
}

/** Tables and indexes made at once. Each keeps a connection for as long as it takes, and most stay free for the others. */
const MADE_AT_ONCE = 4;

type Declared = {
  readonly rules: CollectionRules;
  readonly prepared: Preparation;
  readonly collection: Collection<never>;
};

/** Collections in one schema. Throws StoreUnavailable with the reason when the server is unsuitable; see `PostgresqlSource`. */
export const postgresqlDocumentStore = async (
  options: PostgresqlSource & { readonly onUnreadable?: OnUnreadable },
): Promise<PostgresqlDocumentStore> => {
  const connection = await connectionOf(options);
  const { onUnreadable } = options;
  const making = turns(MADE_AT_ONCE);
  let beats: Heartbeats | undefined;

  const make = async (rules: CollectionRules): Promise<void> => {
    await making.take();
    try {
      await ensureTable(connection, rules);
    } finally {
      making.give();
    }
  };
  const collections = declaredCollections((rules): Declared => {
    const prepared = preparation(() => make(rules));
    return { rules, prepared, collection: collectionOver<never>(connection, rules, { prepared, onUnreadable }) };
  });
  /** Of a collection whose documents expire: its table, and the condition that one expired before $1. */
  const expiring = (name: string) => {
    const known = collections.get(name);
    const end = known?.rules.expiresAt;
    if (known === undefined || end === undefined) throw new TypeError(`documents of ${name} do not expire`);
    const field = fieldOf(end);
    const isExpired = `${field} BETWEEN '${fieldKey(Number.MIN_SAFE_INTEGER)}' AND $1`;
    return { table: tableOf(name), field, isExpired };
  };
  const asked = (name: string, text: string, values: readonly unknown[]): Promise<QueryResult> =>
    connection.call(async () => {
      await collections.get(name)?.prepared();
      return connection.query(text, values);
    });

  return {
    collection<T extends Document>(declaration: CollectionDeclaration): Collection<T> {
      connection.assertOpen();
      return collections.declared(declaration).collection as unknown as Collection<T>;
    },
    commit: commitOver(connection, (name) => collections.get(name)),
    expiring: collections.expiring,
    /** Several nodes may do so at once: each skips what another one is removing. */
    async sweep(name, now, limit) {
      const { table, field, isExpired } = expiring(name);
      const { rowCount } = await asked(
        name,
        `WITH gone AS MATERIALIZED
           (SELECT id FROM ${table} WHERE ${isExpired} ORDER BY ${field} LIMIT $2 FOR UPDATE SKIP LOCKED)
         DELETE FROM ${table} WHERE id IN (SELECT id FROM gone)`,
        [fieldKey(now - 1), limit],
      );
      const removed = rowCount ?? 0;
      return { removed, isDone: removed < limit };
    },
    async countExpired(name, now, most) {
      const { table, isExpired } = expiring(name);
      const { rows } = await asked(
        name,
        `SELECT count(*)::int AS number FROM (SELECT 1 FROM ${table} WHERE ${isExpired} LIMIT $2) AS expired`,
        [fieldKey(now - 1), most],
      );
      return Number(rows[0]?.['number']);
    },
    async ready() {
      try {
        await Promise.all(collections.all().map(({ prepared }) => prepared()));
      } catch (error) {
        throw new StoreUnavailable(`PostgreSQL has not made the tables: ${(error as Error).message}`, { cause: error });
      }
    },
    isNew: connection.isNew,
    check: connection.check,
    confirm(changed) {
      const sent = heartbeats(connection, changed);
      beats = sent;
      return { ...connection.confirmation, ready: sent.ready };
    },
    connection: connection.part,
    close() {
      beats?.stop();
      return connection.close();
    },
  };
};
